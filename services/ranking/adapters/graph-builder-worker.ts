import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type Database, openDatabase, type Transaction, transaction } from '@kindred/shared/database';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import { type PackedIds, packIds } from '@kindred/shared/packed-ids';
import { vectorOf } from '@kindred/shared/vector';
import { type EngagementEdges, type WalkFactors, walkFactors } from '../domain/engagement-graph.ts';

export interface BuildTask {
  readonly id: number;
  readonly kind: 'graph' | 'mean';
  readonly catalog: CatalogId;
  readonly space?: SpaceId;
}

export interface PackedGraph extends EngagementEdges, WalkFactors {
  readonly items: PackedIds;
}

export interface BuildAnswer {
  readonly id: number;
  readonly graph?: PackedGraph;
  readonly mean?: Float32Array;
  readonly error?: string;
}

const PAGE_ROWS = 5_000;

// On Linux a priority belongs to a thread: the threads that serve requests come first.
if (process.platform === 'linux') setPriority(10);
const { databaseUrl }: { databaseUrl: string } = workerData;
const database = openDatabase({ url: databaseUrl, connectionsMax: 1, onError: () => {}, statementTimeoutMs: 600_000 });

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (task: BuildTask) => {
  last = last.then(() => answer(task));
});

async function answer(task: BuildTask): Promise<void> {
  try {
    if (task.kind === 'mean' && task.space !== undefined) {
      const mean = await meanOf(database, task.catalog, task.space);
      parentPort?.postMessage({ id: task.id, mean } satisfies BuildAnswer);
    } else {
      const graph = await graphOf(database, task.catalog);
      const { items, ...arrays } = graph;
      const buffers = [items.bytes, items.ends, ...Object.values(arrays)].map((array) => array.buffer);
      parentPort?.postMessage({ id: task.id, graph } satisfies BuildAnswer, buffers);
    }
  } catch (error) {
    parentPort?.postMessage({
      id: task.id,
      error: error instanceof Error ? error.message : String(error),
    } satisfies BuildAnswer);
  }
}

/** Reads a query page by page, so that memory is bounded by a page. */
async function pages(
  client: Transaction,
  sql: string,
  values: readonly unknown[],
  each: (rows: readonly (readonly never[])[]) => void,
): Promise<void> {
  await client.query(`DECLARE pages NO SCROLL CURSOR FOR ${sql}`, [...values]);
  for (;;) {
    const { rows } = await client.query<never[]>({ text: `FETCH ${PAGE_ROWS} FROM pages`, rowMode: 'array' });
    if (rows.length === 0) return;
    each(rows);
  }
}

async function graphOf(pool: Database, catalog: CatalogId): Promise<PackedGraph> {
  const numbers = new Map<ItemId, number>();
  const items: ItemId[] = [];
  const userStarts: number[] = [];
  const itemsOfUsers: number[] = [];
  let user: string | undefined;
  await transaction(pool, (client) =>
    pages(
      client,
      `SELECT user_id, item_id FROM events
       WHERE catalog = $1 AND NOT retracted AND value > 0 AND type IN ('click', 'save', 'dwell')
       GROUP BY user_id, item_id ORDER BY user_id, max(at_ms) DESC, item_id`,
      [catalog],
      (rows) => {
        for (const [ofUser, item] of rows) {
          if (ofUser !== user) userStarts.push(itemsOfUsers.length);
          user = ofUser;
          let number = numbers.get(item!);
          if (number === undefined) {
            number = items.length;
            numbers.set(item!, number);
            items.push(item!);
          }
          itemsOfUsers.push(number);
        }
      },
    ),
  );
  userStarts.push(itemsOfUsers.length);
  const edges = {
    userStarts: Int32Array.from(userStarts),
    itemsOfUsers: Int32Array.from(itemsOfUsers),
    ...transposed(userStarts, itemsOfUsers, items.length),
  };
  return { items: packIds(items), ...edges, ...walkFactors(edges) };
}

/** The edges by item, users rising. */
function transposed(
  userStarts: readonly number[],
  itemsOfUsers: readonly number[],
  itemCount: number,
): Pick<EngagementEdges, 'itemStarts' | 'usersOfItems'> {
  const itemStarts = new Int32Array(itemCount + 1);
  for (const item of itemsOfUsers) itemStarts[item + 1]!++;
  for (let item = 0; item < itemCount; item++) itemStarts[item + 1]! += itemStarts[item]!;
  const next = itemStarts.slice();
  const usersOfItems = new Int32Array(itemsOfUsers.length);
  for (let user = 0; user + 1 < userStarts.length; user++) {
    for (let i = userStarts[user]!; i < userStarts[user + 1]!; i++) usersOfItems[next[itemsOfUsers[i]!]!++] = user;
  }
  return { itemStarts, usersOfItems };
}

async function meanOf(pool: Database, catalog: CatalogId, space: SpaceId): Promise<Float32Array | undefined> {
  let sum: Float64Array | undefined;
  let count = 0;
  await transaction(pool, (client) =>
    pages(
      client,
      // In one order, so that rounding is the same wherever the mean is computed.
      'SELECT vector FROM embeddings WHERE catalog = $1 AND space = $2 ORDER BY item_id',
      [catalog, space],
      (rows) => {
        for (const [bytes] of rows) {
          const vector = vectorOf(bytes!);
          sum ??= new Float64Array(vector.length);
          for (let i = 0; i < vector.length; i++) sum[i] = sum[i]! + vector[i]!;
          count++;
        }
      },
    ),
  );
  return sum && Float32Array.from(sum, (value) => value / count);
}
