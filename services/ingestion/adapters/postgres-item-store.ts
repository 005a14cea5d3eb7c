import type { Item, ItemFields } from '@kindred/shared/catalog';
import type { CatalogId, ItemId } from '@kindred/shared/id';
import { type Database, type Transaction, transaction } from '@kindred/shared/platform/database';
import { Problem } from '@kindred/shared/problem';
import pLimit from 'p-limit';
import { itemText, textHash } from '../domain/item-text.ts';
import type { ItemStore, Precondition, StoredItem } from '../item-store.ts';

/** Writers that wait for each other's lock hold connections that reads need: one works, one stands ready. */
const WRITERS_MAX = 2;

/**
 * Items in PostgreSQL. Every write takes the lock of `next_change()` before anything else, so writes of items, embeddings
 * and spaces follow one another, and change numbers rise in commit order.
 */
export function postgresItemStore(database: Database): ItemStore {
  const limit = pLimit(WRITERS_MAX);
  const writing = <T>(catalog: CatalogId, write: (client: Transaction) => Promise<T>): Promise<T> =>
    limit(() => writeLocked(database, catalog, write));
  return {
    putAll: (catalog, items, nowMs) =>
      writing(catalog, async (client) => {
        const latest = new Map(items.map((item) => [item.id, item]));
        const written = await upsert(client, catalog, [...latest.values()], nowMs);
        return Math.max(...written.map((row) => row.change));
      }),

    put: (catalog, item, nowMs, precondition) =>
      writing(catalog, async (client) => {
        const before = await changeOf(client, catalog, item.id);
        requireState(before, precondition);
        const [row] = await upsert(client, catalog, [item], nowMs);
        const { id, ...fields } = item;
        return {
          item: { id, fields, createdAtMs: row!.createdAtMs, change: row!.change },
          isNew: before === undefined,
        };
      }),

    async get(catalog, item) {
      const { rows } = await database.query<{ fields: ItemFields; created_at_ms: number; change: number }>(
        'SELECT fields, created_at_ms, change FROM items WHERE catalog = $1 AND item_id = $2 AND fields IS NOT NULL',
        [catalog, item],
      );
      return rows.map(
        (row): StoredItem => ({ id: item, fields: row.fields, createdAtMs: row.created_at_ms, change: row.change }),
      )[0];
    },

    delete: (catalog, item, precondition) =>
      writing(catalog, async (client) => {
        const before = await changeOf(client, catalog, item);
        if (before === undefined) throw new Problem('item-not-found', `there is no item ${item} in ${catalog}`);
        requireState(before, precondition);
        await client.query('DELETE FROM embeddings WHERE catalog = $1 AND item_id = $2', [catalog, item]);
        // The worker drops the row of the queue: it may hold that row while it waits for the lock that is held here.
        const { rows } = await client.query<{ change: number }>(
          `UPDATE items SET fields = NULL, text_hash = NULL, change = nextval('changes')
           WHERE catalog = $1 AND item_id = $2 RETURNING change`,
          [catalog, item],
        );
        return rows[0]!.change;
      }),
  };
}

function writeLocked<T>(
  database: Database,
  catalog: CatalogId,
  write: (client: Transaction) => Promise<T>,
): Promise<T> {
  return transaction(database, async (client) => {
    const { rows } = await client.query(
      'SELECT next_change(), EXISTS (SELECT FROM catalogs WHERE catalog = $1) AS known',
      [catalog],
    );
    if (!rows[0].known) throw new Problem('catalog-not-found', `there is no catalog ${catalog}`);
    return write(client);
  });
}

async function changeOf(client: Transaction, catalog: CatalogId, item: ItemId): Promise<number | undefined> {
  const { rows } = await client.query<{ change: number }>(
    'SELECT change FROM items WHERE catalog = $1 AND item_id = $2 AND fields IS NOT NULL',
    [catalog, item],
  );
  return rows[0]?.change;
}

function requireState(change: number | undefined, precondition: Precondition | undefined): void {
  if (precondition === undefined) return;
  const holds = change !== undefined && (precondition === 'exists' || precondition.changes.includes(change));
  if (!holds) {
    throw new Problem('precondition-failed', 'If-Match: names no state that the item is in', {
      fields: [{ field: 'If-Match', reason: 'names no state that the item is in' }],
    });
  }
}

/** Stores distinct items and queues the texts to embed. Cost: three statements, whatever the number of items. */
async function upsert(
  client: Transaction,
  catalog: CatalogId,
  items: readonly Item[],
  nowMs: number,
): Promise<readonly { change: number; createdAtMs: number }[]> {
  const ids = items.map((item) => item.id);
  const fields = items.map(({ id: _, ...rest }) => JSON.stringify(rest));
  const createdAtMs = items.map((item) => (item.createdAt === undefined ? nowMs : Date.parse(item.createdAt)));
  const hashes = items.map((item) => {
    const text = itemText(item);
    return text === undefined ? null : textHash(text);
  });
  const { rows } = await client.query<{ change: number; created_at_ms: number }>(
    `INSERT INTO items (catalog, item_id, change, fields, created_at_ms, text_hash)
     SELECT $1, item_id, nextval('changes'), fields, created_at_ms, text_hash
     FROM unnest($2::text[], $3::jsonb[], $4::bigint[], $5::bytea[]) AS given (item_id, fields, created_at_ms, text_hash)
     ON CONFLICT (catalog, item_id) DO UPDATE SET
       change = excluded.change, fields = excluded.fields, text_hash = excluded.text_hash,
       created_at_ms = CASE WHEN excluded.fields ? 'createdAt' OR items.fields IS NULL
         THEN excluded.created_at_ms ELSE items.created_at_ms END
     RETURNING change, created_at_ms`,
    [catalog, ids, fields, createdAtMs, hashes],
  );
  // A row that a worker holds is never waited for here: the worker waits for the lock held here, then sees the new text.
  await client.query(
    `UPDATE embedding_queue SET failed = false, attempts = 0, not_before_ms = 0
     WHERE catalog = $1 AND item_id = ANY($2) AND failed`,
    [catalog, ids],
  );
  await client.query(
    `WITH gone AS (
       DELETE FROM embeddings e USING items i
       WHERE e.catalog = $1 AND e.item_id = ANY($2) AND i.catalog = e.catalog AND i.item_id = e.item_id AND i.text_hash IS NULL)
     INSERT INTO embedding_queue (catalog, space, item_id, change)
     SELECT i.catalog, s.space, i.item_id, i.change
     FROM items i JOIN spaces s ON s.catalog = i.catalog AND s.state <> 'retired'
     LEFT JOIN embeddings e ON e.catalog = i.catalog AND e.space = s.space AND e.item_id = i.item_id
     WHERE i.catalog = $1 AND i.item_id = ANY($2) AND i.text_hash IS NOT NULL AND e.text_hash IS DISTINCT FROM i.text_hash
     ON CONFLICT DO NOTHING`,
    [catalog, ids],
  );
  return rows.map((row) => ({ change: row.change, createdAtMs: row.created_at_ms }));
}
