import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { datasetPlan } from '@kindred/cli/import/dataset-plan';
import type { ImportPart } from '@kindred/cli/import/import-plan';
import type { Engine } from '@kindred/embedded/engine';
import { removeLocalPostgres } from '@kindred/infra/postgres/local-postgres';
import { type Item, itemSchema } from '@kindred/shared/catalog';
import { type Event, eventSchema } from '@kindred/shared/event';
import { type CatalogId, catalogIdSchema, type UserId } from '@kindred/shared/id';
import { Problem } from '@kindred/shared/problem';
import type { BenchConfig } from '../config.ts';
import type { FoundDataset } from '../datasets/find-dataset.ts';
import { startProgress } from '../measure/progress.ts';
import { benchFolder } from './bench-folder.ts';
import { type ImportMarker, readMarker, writeMarker } from './import-marker.ts';
import { withEngine } from './with-engine.ts';

/** A data set in the product's own database, embedded, its events applied. No engine runs on it. */
export interface PreparedCatalog {
  readonly catalog: CatalogId;
  readonly folder: string;
  /** When the import began. */
  readonly startMs: number;
}

export interface PrepareOptions {
  readonly config: BenchConfig;
  readonly dataset: FoundDataset;
  /** Names the part of the training rows that is imported; goes into the folder's name. `''` for all. */
  readonly part: string;
  /** Whether the training row on this line of its file is imported; the header is line 1. */
  readonly takes: (line: number) => boolean;
}

/** What the HTTP API stores at once. */
const CHUNK = 500;
const POLL_MS = 500;

/** Imports a data set through the real engine, once: what a folder holds already is not done again. */
export async function prepareCatalog({ config, dataset, part, takes }: PrepareOptions): Promise<PreparedCatalog> {
  const { info } = dataset;
  const catalog = catalogIdSchema.parse(info.name);
  const folder = await benchFolder(config, part === '' ? info.name : `${info.name}-${part}`);
  const key = `${dataset.hash} ${config.model.name} ${part}`;
  const marker = await markerFor(folder, key);
  if (!marker.isComplete) {
    const startedAt = new Date(marker.startMs).toISOString();
    await withEngine(config, folder, (engine) => importAll({ engine, catalog, startedAt, takes }, dataset));
    await writeMarker(folder, { ...marker, isComplete: true });
  }
  return { catalog, folder, startMs: marker.startMs };
}

/** The marker of this import; what another one left in the folder is deleted. */
async function markerFor(folder: string, key: string): Promise<ImportMarker> {
  const found = await readMarker(folder);
  if (found?.key === key) return found;
  await removeLocalPostgres(join(folder, 'postgres'));
  await rm(join(folder, 'index'), { recursive: true, force: true });
  const marker = { key, startMs: Date.now(), isComplete: false };
  await writeMarker(folder, marker);
  return marker;
}

interface ImportTask {
  readonly engine: Engine;
  readonly catalog: CatalogId;
  readonly startedAt: string;
  readonly takes: PrepareOptions['takes'];
}

/** Stores the rows that `npm run import` would send. */
async function importAll(task: ImportTask, { folder }: FoundDataset): Promise<void> {
  const { engine, catalog } = task;
  await engine.ingestion.createCatalog(catalog);
  for (const part of (await datasetPlan(folder, catalog)).parts) await importPart(task, part);
  await embedded(engine, catalog);
}

async function importPart(task: ImportTask, { fileName, lineCount, rows }: ImportPart): Promise<void> {
  const { engine, catalog, startedAt, takes } = task;
  const progress = startProgress(`${catalog}: ${fileName}`, lineCount);
  let items: Item[] = [];
  let events: Event[] = [];
  let last: { readonly user: UserId; readonly token: string } | undefined;
  const store = async (): Promise<void> => {
    if (items.length > 0) await engine.ingestion.putItems(catalog, items);
    const user = events.at(-1)?.user;
    if (user !== undefined) last = { user, token: await engine.ranking.acceptEvents(catalog, events, 'bench') };
    items = [];
    events = [];
  };
  for await (const batch of rows({ afterLine: 0, startedAt })) {
    for (const row of batch) {
      if (row.kind === 'bad') throw new Error(`${fileName}:${row.line}: ${row.problem.field} ${row.problem.reason}`);
      if (row.kind === 'item') items.push(itemSchema.parse(JSON.parse(row.json)));
      else if (takes(row.line)) events.push(eventSchema.parse(JSON.parse(row.json)));
      if (items.length + events.length < CHUNK) continue;
      await store();
      progress.at(row.line);
    }
  }
  await store();
  progress.done();
  if (last !== undefined) await applied(engine, catalog, last);
}

/** Waits until the write behind the token is applied. */
async function applied(
  { ranking }: Engine,
  catalog: CatalogId,
  { user, token }: { readonly user: UserId; readonly token: string },
): Promise<void> {
  const progress = startProgress(`${catalog}: waiting for events to be applied`, 0);
  for (let waited = 0; ; waited++) {
    progress.at(waited);
    try {
      await ranking.user(catalog, user, token);
      break;
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'not-yet-applied')) throw error;
    }
  }
  progress.done();
}

async function embedded({ ingestion }: Engine, catalog: CatalogId): Promise<void> {
  let progress: ReturnType<typeof startProgress> | undefined;
  for (;;) {
    const summary = (await ingestion.catalogs()).find((each) => each.catalog === catalog);
    if (summary === undefined) throw new Error(`the catalog ${catalog} is gone`);
    if (summary.failed > 0) throw new Error(`${summary.failed} items of ${catalog} could not be embedded`);
    progress ??= startProgress(`${catalog}: embedding`, summary.items);
    if (summary.waiting === 0) break;
    progress.at(summary.items - summary.waiting);
    await sleep(POLL_MS);
  }
  progress.done();
}
