import { type TestDatabase, testDatabase } from '@kindred/infra/postgres/test-database';
import { itemIdSchema, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { bytesOf } from '@kindred/shared/numeric/vector';
import { transaction } from '@kindred/shared/platform/database';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type ChangeWriter, changeFeedContract } from '../ports/change-feed.contract.ts';
import { postgresChangeFeed } from './postgres-change-feed.ts';

const opened: TestDatabase[] = [];
const close = async (): Promise<void> => {
  for (const each of opened.splice(0)) await each.drop();
};
afterEach(close);
afterAll(close);

async function created() {
  const test = await testDatabase();
  opened.push(test);
  return { ...test, feed: postgresChangeFeed(test.database), writer: writerOf(test) };
}

function writerOf({ database }: TestDatabase): ChangeWriter {
  const write = (sql: string, ...values: unknown[]): Promise<number> =>
    transaction(database, async (client) => {
      await client.query('SELECT next_change()');
      const { rows } = await client.query<{ change: number }>(`${sql} RETURNING change`, values);
      return rows[0]!.change;
    });
  return {
    putSpace: ({ catalog, space, dimensions, state }) =>
      write(
        `INSERT INTO spaces VALUES ($1, $2, 'model', $3, $4, nextval('changes'))
         ON CONFLICT (catalog, space) DO UPDATE SET state = excluded.state, change = excluded.change`,
        ...[catalog, space, dimensions, state],
      ),
    putItem: (catalog, item, fields) =>
      write(
        `INSERT INTO items VALUES ($1, $2, nextval('changes'), $3, 0, '\\x00')
         ON CONFLICT (catalog, item_id) DO UPDATE SET fields = excluded.fields, change = excluded.change`,
        ...[catalog, item, fields],
      ),
    async deleteItem(catalog, item) {
      await database.query('DELETE FROM embeddings WHERE catalog = $1 AND item_id = $2', [catalog, item]);
      return write(
        `UPDATE items SET fields = NULL, text_hash = NULL, change = nextval('changes') WHERE catalog = $1 AND item_id = $2`,
        ...[catalog, item],
      );
    },
    async putEmbedding({ catalog, space }, item, vector) {
      await database.query('DELETE FROM embedding_queue WHERE catalog = $1 AND item_id = $2', [catalog, item]);
      return write(
        `INSERT INTO embeddings VALUES ($1, $2, $3, nextval('changes'), '\\x00', $4)
         ON CONFLICT (catalog, space, item_id) DO UPDATE SET vector = excluded.vector, change = excluded.change`,
        ...[catalog, space, item, bytesOf(vector)],
      );
    },
    async enqueue(catalog, item) {
      await database.query(
        `INSERT INTO embedding_queue (catalog, space, item_id, change)
         SELECT i.catalog, s.space, i.item_id, i.change FROM items i JOIN spaces s USING (catalog)
         WHERE i.catalog = $1 AND i.item_id = $2 AND s.state = 'serving'`,
        [catalog, item],
      );
    },
  };
}

changeFeedContract(created);

const space: SpaceId = JSON.parse('"model"');
const id = (i: number) => itemIdSchema.parse(`item-${i}`);

test('rows of one change number are never on two pages', async () => {
  const { feed, writer, database } = await created();
  for (let i = 0; i < 5; i++) await writer.putItem(MAIN_CATALOG, id(i), {});
  await database.query('UPDATE items SET change = (SELECT max(change) FROM items)');
  expect(await feed.read(0, 2)).toHaveLength(5);
  expect(await feed.items({ after: 0, upTo: 1_000 }, 2)).toHaveLength(5);
});

test('a transaction that is under way is not passed by', async () => {
  const { feed, writer, database } = await created();
  const client = await database.connect();
  await client.query('BEGIN');
  await client.query('SELECT next_change()');
  await client.query(`INSERT INTO items VALUES ('main', 'slow', nextval('changes'), '{}', 0)`);
  const fast = writer.putItem(MAIN_CATALOG, id(1), {});
  const { head } = await feed.origin();
  expect(await feed.read(head, 10)).toEqual([]);
  await client.query('COMMIT');
  client.release();
  await fast;
  expect((await feed.read(head, 10)).map((change) => change.kind === 'item' && change.item)).toEqual(['slow', id(1)]);
});

test('an embedding that failed for good is not waited for', async () => {
  const { feed, writer, database } = await created();
  await writer.putSpace({ catalog: MAIN_CATALOG, space, dimensions: 3, state: 'serving' });
  const change = await writer.putItem(MAIN_CATALOG, id(1), { title: 'A' });
  await writer.enqueue(MAIN_CATALOG, id(1));
  await database.query('UPDATE embedding_queue SET failed = true');
  expect(await feed.progress(MAIN_CATALOG, change)).toMatchObject({ isPending: false });
});

test('each database is an origin of its own', async () => {
  const [first, second] = [await created(), await created()];
  const { source, head } = await first.feed.origin();
  expect(head).toBe(0);
  expect((await second.feed.origin()).source).not.toBe(source);
  expect((await postgresChangeFeed(first.database).origin()).source).toBe(source);
});
