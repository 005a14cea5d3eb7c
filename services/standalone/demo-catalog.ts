import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ingestion } from '@kindred/ingestion/ingestion';
import type { Ranking } from '@kindred/ranking/ranking';
import { itemSchema } from '@kindred/shared/catalog';
import { eventSchema } from '@kindred/shared/event';
import { type CatalogId, catalogIdSchema } from '@kindred/shared/id';
import { z } from 'zod';

/** Catalog of the demo. */
export const DEMO_CATALOG: CatalogId = catalogIdSchema.parse('demo');
const HOUR_MS = 3_600_000;
const CHUNK = 500;
const EMBEDDED_POLL_MS = 2_000;

const demoEventSchema = eventSchema.extend({ ageHours: z.number().min(0) });

/**
 * Fills the demo catalog once: real things, and events of made-up readers as if they had happened in the weeks before.
 * Ids are fixed, so a load that a kill cut short is done again without doubles.
 */
export async function loadDemo(
  { ingestion, ranking }: { ingestion: Ingestion; ranking: Ranking },
  dataFolder: string,
): Promise<void> {
  const marker = join(dataFolder, 'demo-loaded');
  if (await stat(marker).catch(() => undefined)) return;
  await ingestion.createCatalog(DEMO_CATALOG);
  const items = (await rowsOf('items.jsonl')).map((row) => itemSchema.parse(row));
  await ingestion.putItems(DEMO_CATALOG, items);
  const nowMs = Date.now();
  const events = (await rowsOf('events.jsonl')).map((row) => {
    const { ageHours, ...event } = demoEventSchema.parse(row);
    return { ...event, at: new Date(nowMs - ageHours * HOUR_MS).toISOString() };
  });
  for (let start = 0; start < events.length; start += CHUNK) {
    await ranking.intake.accept(DEMO_CATALOG, events.slice(start, start + CHUNK), 'demo');
  }
  await writeFile(marker, `${new Date(nowMs).toISOString()}\n`, { flush: true });
}

/** Resolves once the demo's items are embedded. @param say  Told of the progress every two seconds, in items. */
export async function demoEmbedded(ingestion: Ingestion, say: (waiting: number, total: number) => void): Promise<void> {
  for (;;) {
    const demo = (await ingestion.catalogs()).find(({ catalog }) => catalog === DEMO_CATALOG);
    if (demo === undefined || demo.waiting === 0) return;
    say(demo.waiting, demo.items);
    await sleep(EMBEDDED_POLL_MS);
  }
}

async function rowsOf(file: string): Promise<unknown[]> {
  const text = await readFile(join(import.meta.dirname, 'demo', file), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
