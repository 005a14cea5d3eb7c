import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Item, ItemFields } from '@kindred/shared/catalog';
import type { Event, EventType } from '@kindred/shared/event';
import type { CatalogId, EventId, ItemId, UserId } from '@kindred/shared/id';
import { StartError } from '@kindred/shared/platform/config';
import type { Database } from '@kindred/shared/platform/database';
import { type CopiedEmbeddings, readEmbeddings } from './copied-embeddings.ts';
import { withReadOnlyDatabase } from './with-database.ts';

/** Items, embeddings and events of a catalog in a data folder, as they are now. */
export interface CatalogHistory {
  /** With the time at which each came to be. */
  readonly items: readonly (Item & { readonly createdAt: string })[];
  /** Events that count, earliest first, ties by id. */
  readonly events: readonly (Event & { readonly value: number; readonly at: string })[];
  readonly embeddings: CopiedEmbeddings | undefined;
  /** Changes when an item or an event does. */
  readonly hash: string;
}

/**
 * Reads a catalog from the folder of the standalone mode; nothing is written to its database.
 * @throws {StartError} when the folder has no database, or no such catalog.
 * @throws {FolderInUseError} when an engine runs on it. Cost: memory for all events.
 */
export async function readCatalogHistory(dataFolder: string, catalog: CatalogId): Promise<CatalogHistory> {
  const isThere = await access(join(dataFolder, 'postgres', 'password')).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    throw new StartError(`${dataFolder} has no database: set KINDRED_DATA_DIR to the folder that "npm start" fills`);
  }
  return withReadOnlyDatabase(dataFolder, async (database) => {
    const { rowCount } = await database.query('SELECT FROM catalogs WHERE catalog = $1', [catalog]);
    if (rowCount === 0) throw new StartError(`${dataFolder} has no catalog ${catalog}`);
    const items = await readItems(database, catalog);
    const events = await readEvents(database, catalog);
    return { items, events, embeddings: await readEmbeddings(database, catalog), hash: hashOf([...items, ...events]) };
  });
}

function hashOf(rows: readonly unknown[]): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(`${JSON.stringify(row)}\n`);
  return hash.digest('hex');
}

async function readItems(database: Database, catalog: CatalogId): Promise<CatalogHistory['items']> {
  const { rows } = await database.query<{ id: ItemId; fields: ItemFields; createdAtMs: number }>(
    `SELECT item_id AS id, fields, created_at_ms AS "createdAtMs" FROM items
     WHERE catalog = $1 AND fields IS NOT NULL ORDER BY item_id`,
    [catalog],
  );
  return rows.map(({ id, fields, createdAtMs }) => ({
    id,
    ...fields,
    createdAt: new Date(createdAtMs).toISOString(),
  }));
}

interface EventRow {
  readonly id: EventId;
  readonly user: UserId;
  readonly item: ItemId;
  readonly type: EventType;
  readonly value: number;
  readonly atMs: number;
  readonly slate: string | null;
  readonly position: number | null;
}

async function readEvents(database: Database, catalog: CatalogId): Promise<CatalogHistory['events']> {
  const { rows } = await database.query<EventRow>(
    `SELECT event_id AS id, user_id AS user, item_id AS item, type, value, at_ms AS "atMs", slate, position FROM events
     WHERE catalog = $1 AND NOT retracted AND value > 0 ORDER BY at_ms, event_id`,
    [catalog],
  );
  return rows.map(({ atMs, slate, position, ...event }) => ({
    ...event,
    at: new Date(atMs).toISOString(),
    ...(slate !== null && { slate }),
    ...(position !== null && { position }),
  }));
}
