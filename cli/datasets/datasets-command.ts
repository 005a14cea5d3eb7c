import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CatalogId } from '@kindred/shared/id';
import type { DatasetsConfig } from '../config.ts';
import type { Reporter, Result } from '../console/reporter.ts';
import { countText } from '../console/row-progress.ts';
import { DataError } from '../dataset-folder/data-error.ts';
import { type DatasetDraft, draftDataset } from './dataset-draft.ts';
import { type Division, InteractionStore } from './interaction-store.ts';
import { momentText } from './moment.ts';
import { openSource } from './open-source.ts';
import { readInteractions } from './read-interactions.ts';
import { itemsContent } from './read-items.ts';
import { RowTally } from './row-tally.ts';
import type { Source } from './source.ts';
import type { SourceChoice } from './source-choice.ts';
import { isColdItem } from './split-hash.ts';

/** A call of `kindred datasets prepare`. */
export interface PrepareRequest {
  readonly source: SourceChoice;
  /** As given: paths are relative to where the command was called. */
  readonly folder: string;
  /** Likewise; `undefined` for the data set's name in the folder of data sets. */
  readonly out: string | undefined;
  /** `undefined` for the source's own. */
  readonly name: CatalogId | undefined;
}

export interface PrepareOptions {
  readonly config: DatasetsConfig;
  readonly reporter: Reporter;
}

const ROWS_FILE = 'rows.sqlite';

/**
 * Does all of `kindred datasets prepare`: makes a data-set folder, all of it or nothing.
 * Memory: below some 400 MB, and 100 bytes per item. Disk while it works: some 100 bytes per row.
 * @returns True if every row was good.
 * @throws {DataError} meant for the user.
 */
export async function prepareDataset(request: PrepareRequest, { config, reporter }: PrepareOptions): Promise<boolean> {
  const tallies: RowTally[] = [];
  const tallyOf = (fileName: string): RowTally => {
    const tally = new RowTally(fileName, reporter);
    tallies.push(tally);
    return tally;
  };
  const folder = resolve(config.workingFolder, request.folder);
  const source = await openSource(request.source, { folder, name: request.name, tallyOf });
  const out =
    request.out === undefined ? join(config.datasetsFolder, source.name) : resolve(config.workingFolder, request.out);
  const draft = await draftDataset(out);
  try {
    const ids = await writeItems(source, draft, tallyOf);
    const division = await writeInteractions(source, {
      draft,
      ids,
      reporter,
      tally: tallyOf(source.interactions.name),
    });
    await draft.finish(infoOf(source, division, ids));
    const bad = tallies.reduce((sum, tally) => sum + tally.bad, 0);
    reporter.result(resultOf({ out, name: source.name, division, items: ids?.size ?? division.items, bad }));
  } finally {
    draft.discard();
  }
  return tallies.every(({ bad }) => bad === 0);
}

/** @returns The ids of the items, `undefined` for a source of identifiers only. */
async function writeItems(
  { items, coldSalt }: Source,
  draft: DatasetDraft,
  tallyOf: (fileName: string) => RowTally,
): Promise<ReadonlySet<string> | undefined> {
  if (items === undefined) return undefined;
  const ids = new Set<string>();
  await draft.write('items.jsonl.gz', itemsContent(items, { ids, tally: tallyOf(items.name) }));
  if (coldSalt !== undefined) {
    const cold = ids
      .values()
      .filter((id) => isColdItem(coldSalt, id))
      .map((id) => `${id}\n`);
    await draft.write('cold-items.txt', cold);
  }
  return ids;
}

interface InteractionsTask {
  readonly draft: DatasetDraft;
  readonly ids: ReadonlySet<string> | undefined;
  readonly reporter: Reporter;
  readonly tally: RowTally;
}

async function writeInteractions(source: Source, task: InteractionsTask): Promise<Division> {
  const { draft, ids, reporter, tally } = task;
  const path = join(draft.folder, ROWS_FILE);
  const known = ids === undefined || source.items === undefined ? undefined : { ids, fileName: source.items.name };
  const store = new InteractionStore(path, source.split);
  try {
    await readInteractions(source, { store, known, tally, reporter });
    reporter.say(`dividing and sorting ${countText(tally.good)} rows …`);
    const division = store.divide();
    for (const part of ['train', 'test'] as const) {
      reporter.say(`writing ${part}.tsv.gz …`);
      await draft.write(`${part}.tsv.gz`, store.content(part));
    }
    return division;
  } catch (error) {
    // SQLite's words about a file are for the user: most likely the disk is full.
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR')) throw error;
    throw new DataError(`the rows cannot be kept in ${path} while they are sorted: ${error.message}`, { cause: error });
  } finally {
    store.close();
    await rm(path, { force: true });
  }
}

function infoOf(source: Source, division: Division, ids: ReadonlySet<string> | undefined) {
  const { train, test, users, items } = division;
  return {
    name: source.name,
    title: source.title,
    source: source.source,
    licence: source.licence,
    positive: { valueAtLeast: source.positiveFrom },
    time: source.split.by === 'time',
    counts: { items: ids?.size ?? items, users, train, test },
  };
}

interface MadeDataset {
  readonly out: string;
  readonly name: string;
  readonly division: Division;
  readonly items: number;
  readonly bad: number;
}

function resultOf({ out, name, division, items, bad }: MadeDataset): Result {
  const { train, test, users, repeated, cutMs } = division;
  const cut = cutMs === undefined ? '' : ` from ${momentText(cutMs)} on`;
  const lines = [
    `${out} is made: ${countText(items)} items, ${countText(users)} users, ` +
      `${countText(train)} rows for training, ${countText(test)} for the test${cut}`,
    `${countText(bad)} bad rows and ${countText(repeated)} rows whose user and item have another row were left out`,
    'Two things to try with it:',
    `  npm run import -- ${out} --catalog ${name}`,
    `  npm run bench -- ranking --data ${out}`,
  ];
  const cutAt = cutMs === undefined ? null : momentText(cutMs);
  return { lines, json: { folder: out, name, items, users, train, test, testFrom: cutAt, bad, repeated } };
}
