import { sha256 } from '@kindred/shared/hash';
import { type CatalogId, catalogIdSchema } from '@kindred/shared/id';
import { DataError } from '../dataset-folder/data-error.ts';
import { type DatasetInfo, readDatasetInfo } from '../dataset-folder/dataset-info.ts';
import { type Interaction, readInteractions } from '../dataset-folder/interactions.ts';
import { type VerifiedFile, verifiedFile } from '../dataset-folder/verified-file.ts';
import type { ImportPart, ImportPlan } from './import-plan.ts';
import { jsonlRows } from './jsonl-rows.ts';
import { eventIdOf, type Row } from './row.ts';

/**
 * Plans the import of a data set: items, then the training rows as events. The test rows are checked but never imported:
 * they are for measuring.
 * @throws {DataError} when the folder is no data set or a file of it is not the one that its checksum describes.
 */
export async function datasetPlan(folder: string, catalog: CatalogId | undefined): Promise<ImportPlan> {
  const info = await readDatasetInfo(folder);
  const chosen = catalog ?? catalogOf(info.name);
  const train = await verifiedFile(folder, info, 'train.tsv.gz');
  const hasItems = info.files['items.jsonl.gz'] !== undefined;
  const items = hasItems ? await verifiedFile(folder, info, 'items.jsonl.gz') : undefined;
  for (const name of ['test.tsv.gz', 'cold-items.txt'] as const) {
    if (info.files[name] !== undefined) await verifiedFile(folder, info, name);
  }
  return {
    catalog: chosen,
    contentSha256: sha256(`${items?.sha256} ${train.sha256} ${info.positive.valueAtLeast}`),
    parts: [items === undefined ? trainedItemsPart(train) : itemsPart(items), eventsPart(train, info)],
  };
}

function catalogOf(name: string): CatalogId {
  const catalog = catalogIdSchema.safeParse(name);
  if (catalog.success) return catalog.data;
  throw new DataError(`the data set's name, ${JSON.stringify(name)}, is no catalog's: choose one with --catalog`);
}

function itemsPart({ path, sha256, lineCount }: VerifiedFile): ImportPart {
  return {
    fileName: 'items.jsonl.gz',
    lineCount,
    rows: ({ afterLine }) => jsonlRows(path, { contentSha256: sha256, afterLine, kind: 'item' }),
  };
}

/** The items of a data set of identifiers only, each at its first row. Memory: the distinct ids. */
function trainedItemsPart({ path, lineCount }: VerifiedFile): ImportPart {
  return {
    fileName: 'train.tsv.gz',
    lineCount,
    rows: async function* ({ afterLine }) {
      const known = new Set<string>();
      for await (const lines of readInteractions(path)) {
        const rows: Row[] = [];
        for (const row of lines) {
          // Bad rows are listed when the same file is read for its events.
          if ('problem' in row || known.has(row.interaction.item)) continue;
          const { item } = row.interaction;
          // A copy, because a part of a string keeps the whole text that it was cut from in memory.
          known.add(Buffer.from(item).toString());
          if (row.line <= afterLine) continue;
          rows.push({ kind: 'item', line: row.line, lastLine: row.line, json: JSON.stringify({ id: item }) });
        }
        if (rows.length > 0) yield rows;
      }
    },
  };
}

function eventsPart({ path, sha256, lineCount }: VerifiedFile, info: DatasetInfo): ImportPart {
  return {
    fileName: 'train.tsv.gz',
    lineCount,
    rows: async function* ({ afterLine, startedAt }) {
      for await (const lines of readInteractions(path)) {
        const rows = lines
          .filter(({ line }) => line > afterLine)
          .map((row): Row => {
            const place = { line: row.line, lastLine: row.line };
            if ('problem' in row) return { kind: 'bad', ...place, problem: row.problem };
            const event = {
              id: eventIdOf(sha256, row.line),
              ...eventOf(row.interaction, info.positive.valueAtLeast, startedAt),
            };
            return { kind: 'event', ...place, json: JSON.stringify(event) };
          });
        if (rows.length > 0) yield rows;
      }
    },
  };
}

/**
 * The event of a row. A positive row is a save whatever its value: a data set may count all rows, and mark those that nobody
 * rated by 0, where an event of value 0 says nothing.
 */
function eventOf(row: Interaction, saveFrom: number, startedAt: string) {
  const { user, item, value, at = startedAt } = row;
  if (value < saveFrom) return { user, item, type: 'impression', value, at };
  return { user, item, type: 'save', value: value > 0 ? value : 1, at };
}
