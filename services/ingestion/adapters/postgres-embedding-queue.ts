import type { ItemFields } from '@kindred/shared/catalog';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import { bytesOf } from '@kindred/shared/numeric/vector';
import { type Database, type Transaction, transaction } from '@kindred/shared/platform/database';
import { itemText, textHash } from '../domain/item-text.ts';
import type { EmbeddedTask, EmbeddingOutcome, EmbeddingQueue, EmbeddingTask } from '../embedding-queue.ts';

const ATTEMPTS_MAX = 3;
const RETRY_MS = 1_000;

/**
 * A queue in PostgreSQL. Claims are row locks of an open transaction, so the claims of a killed worker are free at once.
 * Lock order: a worker holds queue rows and then waits for the lock of `next_change()`; writers of items hold that lock
 * and never wait for queue rows.
 */
export function postgresEmbeddingQueue(database: Database): EmbeddingQueue {
  return {
    work: (space, countMax, embed) =>
      transaction(database, async (client) => {
        const claimed = await claim(client, space, countMax);
        if (claimed.length === 0) return 0;
        const tasks = claimed.filter((task) => task.text !== undefined) as EmbeddingTask[];
        const outcome = tasks.length > 0 ? await embed(tasks) : { embedded: [], failures: [] };
        await store(client, space, outcome);
        await settle(client, space, claimed, outcome);
        return claimed.length;
      }),

    async spacesWithWork() {
      const { rows } = await database.query<{ space: SpaceId }>(
        'SELECT DISTINCT space FROM embedding_queue WHERE NOT failed AND not_before_ms <= $1',
        [Date.now()],
      );
      return rows.map((row) => row.space);
    },

    openSpaces: ({ space, model, dimensions }) =>
      transaction(database, async (client) => {
        await client.query('SELECT next_change()');
        // A space is filled beside one that serves, else it serves at once; a retired space is filled again.
        await client.query(
          `INSERT INTO spaces (catalog, space, model, dimensions, state, change)
           SELECT catalog, $1, $2, $3,
             CASE WHEN EXISTS (SELECT FROM spaces s WHERE s.catalog = c.catalog AND state = 'serving') THEN 'filling' ELSE 'serving' END,
             nextval('changes')
           FROM catalogs c
           ON CONFLICT (catalog, space) DO UPDATE SET state = 'filling', change = nextval('changes')
             WHERE spaces.state = 'retired'`,
          [space, model, dimensions],
        );
        // Spaces that were being filled for another model are no longer wanted.
        await client.query(
          `UPDATE spaces SET state = 'retired', change = nextval('changes') WHERE state = 'filling' AND space <> $1`,
          [space],
        );
        // Embeddings of retired spaces were kept until now for readers that still used them.
        await client.query(
          `DELETE FROM embeddings e USING spaces s WHERE s.state = 'retired' AND e.catalog = s.catalog AND e.space = s.space`,
        );
        await client.query(
          `INSERT INTO embedding_queue (catalog, space, item_id, change)
           SELECT i.catalog, $1, i.item_id, i.change FROM items i
           LEFT JOIN embeddings e ON e.catalog = i.catalog AND e.space = $1 AND e.item_id = i.item_id
           WHERE i.text_hash IS NOT NULL AND e.text_hash IS DISTINCT FROM i.text_hash
           ON CONFLICT DO NOTHING`,
          [space],
        );
      }),

    async promoteFilled() {
      // The worker asks this whenever it has no work: an engine at rest must draw no change numbers.
      const { rowCount } = await database.query(FILLED_SPACES);
      if (rowCount === 0) return 0;
      return transaction(database, promote);
    },

    async backlog() {
      const { rows } = await database.query<{ waiting: number; failed: number }>(
        'SELECT count(*) FILTER (WHERE NOT failed) AS waiting, count(*) FILTER (WHERE failed) AS failed FROM embedding_queue',
      );
      return rows[0]!;
    },
  };
}

const FILLED_SPACES = `SELECT catalog, space FROM spaces s WHERE state = 'filling' AND NOT EXISTS (
  SELECT FROM embedding_queue q WHERE q.catalog = s.catalog AND q.space = s.space AND NOT failed)`;

async function promote(client: Transaction): Promise<number> {
  await client.query('SELECT next_change()');
  const { rows } = await client.query<{ catalog: CatalogId; space: SpaceId }>(FILLED_SPACES);
  for (const { catalog, space } of rows) {
    const { rows: left } = await client.query<{ space: SpaceId }>(
      `UPDATE spaces SET state = 'retired' WHERE catalog = $1 AND state = 'serving' RETURNING space`,
      [catalog],
    );
    // Followers read in the order of change numbers: the new space serves before the old one goes.
    for (const next of [space, ...left.map((row) => row.space)]) {
      await client.query(
        `UPDATE spaces SET state = CASE WHEN space = $3 THEN 'serving' ELSE state END, change = nextval('changes')
         WHERE catalog = $1 AND space = $2`,
        [catalog, next, space],
      );
    }
  }
  await client.query(
    // Rows that a worker holds are skipped, since it may be waiting for this transaction; it drops them itself.
    `DELETE FROM embedding_queue WHERE ctid = ANY (ARRAY(
       SELECT q.ctid FROM embedding_queue q JOIN spaces s ON s.catalog = q.catalog AND s.space = q.space
       WHERE s.state = 'retired' FOR UPDATE OF q SKIP LOCKED))`,
  );
  return rows.length;
}

type Claimed = Omit<EmbeddingTask, 'text' | 'textHash'> & { text: string | undefined; textHash: Buffer | undefined };

async function claim(client: Transaction, space: SpaceId, countMax: number): Promise<Claimed[]> {
  const { rows } = await client.query<{ catalog: CatalogId; item_id: ItemId; fields: ItemFields | null }>(
    `SELECT q.catalog, q.item_id, i.fields FROM embedding_queue q
     JOIN items i ON i.catalog = q.catalog AND i.item_id = q.item_id
     WHERE q.space = $1 AND NOT q.failed AND q.not_before_ms <= $2
     ORDER BY q.change LIMIT $3 FOR UPDATE OF q SKIP LOCKED`,
    [space, Date.now(), countMax],
  );
  return rows.map(({ catalog, item_id, fields }) => {
    const text = fields === null ? undefined : itemText(fields);
    return { catalog, item: item_id, text, textHash: text === undefined ? undefined : textHash(text) };
  });
}

/** Stores embeddings of texts that are still the items' own, under the lock that keeps items from changing meanwhile. */
async function store(client: Transaction, space: SpaceId, { embedded }: EmbeddingOutcome): Promise<void> {
  await client.query('SELECT next_change()');
  await client.query(
    `INSERT INTO embeddings (catalog, space, item_id, change, text_hash, vector)
     SELECT given.catalog, $1, given.item_id, nextval('changes'), given.text_hash, given.vector
     FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[]) AS given (catalog, item_id, text_hash, vector)
     JOIN items i ON i.catalog = given.catalog AND i.item_id = given.item_id AND i.text_hash = given.text_hash
     ON CONFLICT (catalog, space, item_id) DO UPDATE
       SET change = excluded.change, text_hash = excluded.text_hash, vector = excluded.vector`,
    [space, ...columns(embedded)],
  );
}

function columns(embedded: readonly EmbeddedTask[]): [string[], string[], Buffer[], Buffer[]] {
  return [
    embedded.map((task) => task.catalog),
    embedded.map((task) => task.item),
    embedded.map((task) => task.textHash),
    embedded.map((task) => bytesOf(task.vector)),
  ];
}

/** Drops the tasks that are embedded or without text by now, and counts failed attempts; the others stay queued. */
async function settle(
  client: Transaction,
  space: SpaceId,
  claimed: readonly Claimed[],
  outcome: EmbeddingOutcome,
): Promise<void> {
  await client.query(
    `DELETE FROM embedding_queue q USING unnest($2::text[], $3::text[]) AS given (catalog, item_id), items i
     WHERE q.catalog = given.catalog AND q.space = $1 AND q.item_id = given.item_id
       AND i.catalog = given.catalog AND i.item_id = given.item_id
       AND (i.text_hash IS NULL OR EXISTS (
         SELECT FROM embeddings e WHERE e.catalog = q.catalog AND e.space = q.space AND e.item_id = q.item_id AND e.text_hash = i.text_hash))`,
    [space, claimed.map((task) => task.catalog), claimed.map((task) => task.item)],
  );
  for (const { task, reason } of outcome.failures) {
    await client.query(
      `UPDATE embedding_queue SET attempts = attempts + 1, failed = attempts + 1 >= $5, not_before_ms = $6, error = $4
       WHERE catalog = $1 AND space = $2 AND item_id = $3`,
      [task.catalog, space, task.item, reason.slice(0, 1_000), ATTEMPTS_MAX, Date.now() + RETRY_MS],
    );
  }
}
