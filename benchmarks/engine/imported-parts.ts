import { setTimeout as sleep } from 'node:timers/promises';
import type { Item } from '@kindred/shared/catalog';
import type { Event } from '@kindred/shared/event';
import type { CatalogId, UserId } from '@kindred/shared/id';
import { Problem } from '@kindred/shared/problem';
import type { Engine } from '@kindred/standalone/engine';
import { startProgress } from '../measure/progress.ts';
import type { ContentPart } from './import-content.ts';

interface ImportTask {
  readonly engine: Engine;
  readonly catalog: CatalogId;
  readonly startedAt: string;
  readonly parts: readonly ContentPart[];
}

/** Rows that the HTTP API stores at once. */
const CHUNK = 500;
const POLL_MS = 500;

/** Stores what comes in a catalog that is there, and waits until its texts are embedded and its events applied. */
export async function importParts(task: ImportTask): Promise<void> {
  for (const part of task.parts) await importPart(task, part);
  await embedded(task.engine, task.catalog);
}

async function importPart({ engine, catalog, startedAt }: ImportTask, part: ContentPart): Promise<void> {
  const progress = startProgress(`${catalog}: ${part.name}`, part.total);
  let items: Item[] = [];
  let events: Event[] = [];
  let last: { readonly user: UserId; readonly token: string } | undefined;
  const store = async (countMin: number): Promise<void> => {
    while (items.length > 0 && items.length >= countMin) {
      await engine.ingestion.putItems(catalog, items.slice(0, CHUNK));
      items = items.slice(CHUNK);
    }
    while (events.length > 0 && events.length >= countMin) {
      const chunk = events.slice(0, CHUNK);
      last = { user: chunk.at(-1)!.user, token: await engine.ranking.intake.accept(catalog, chunk, 'bench') };
      events = events.slice(CHUNK);
    }
  };
  for await (const batch of part.batches(startedAt)) {
    items = items.concat(batch.items);
    events = events.concat(batch.events);
    await store(CHUNK);
    progress.at(batch.done);
  }
  await store(0);
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
      await ranking.users.view(catalog, user, token);
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
