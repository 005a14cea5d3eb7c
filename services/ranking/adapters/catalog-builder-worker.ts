import { createHash } from 'node:crypto';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type CatalogId, compareIds, type ItemId, type SpaceId } from '@kindred/shared/id';
import { IS_ENGAGEMENT_SQL } from '@kindred/shared/model/engagement';
import { CO_ENGAGEMENT_KEPT, coEngagementRows } from '@kindred/shared/model/rp3beta';
import { type PackedIds, packIds } from '@kindred/shared/numeric/packed-ids';
import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { vectorOf } from '@kindred/shared/numeric/vector';
import { type Database, openDatabase, type Transaction, transaction } from '@kindred/shared/platform/database';

export interface BuildTask {
  readonly id: number;
  readonly kind: 'graph' | 'mean' | 'artifact';
  readonly catalog: CatalogId;
  readonly space?: SpaceId;
  /** Version of the artifact. */
  readonly version?: number;
}

export interface PackedCoEngagement {
  readonly rows: SparseRows;
  /** Rising. */
  readonly items: PackedIds;
}

export interface BuildAnswer {
  readonly id: number;
  readonly graph?: PackedCoEngagement;
  readonly mean?: Float32Array;
  readonly artifact?: Uint8Array<ArrayBuffer>;
  readonly error?: string;
  /** True if the error is that the artifact's bytes are not those that were stored. */
  readonly isDamaged?: boolean;
}

class ChangedBytes extends Error {}

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
    } else if (task.kind === 'artifact' && task.version !== undefined) {
      const artifact = await artifactOf(database, task.catalog, task.version);
      parentPort?.postMessage({ id: task.id, artifact } satisfies BuildAnswer, [artifact.buffer]);
    } else {
      const graph = await coEngagementOf(database, task.catalog);
      const { items, rows } = graph;
      const buffers = [items.bytes, items.ends, rows.starts, rows.columns, rows.values].map((array) => array.buffer);
      parentPort?.postMessage({ id: task.id, graph } satisfies BuildAnswer, buffers);
    }
  } catch (error) {
    parentPort?.postMessage({
      id: task.id,
      error: error instanceof Error ? error.message : String(error),
      isDamaged: error instanceof ChangedBytes,
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

async function coEngagementOf(pool: Database, catalog: CatalogId): Promise<PackedCoEngagement> {
  const found = new Map<ItemId, number>();
  const userStarts: number[] = [];
  const itemsOfUsers: number[] = [];
  let user: string | undefined;
  await transaction(pool, (client) =>
    pages(
      client,
      `SELECT user_id, item_id FROM events
       WHERE catalog = $1 AND ${IS_ENGAGEMENT_SQL}
       GROUP BY user_id, item_id ORDER BY user_id, max(at_ms) DESC, item_id`,
      [catalog],
      (rows) => {
        for (const [ofUser, item] of rows) {
          if (ofUser !== user) userStarts.push(itemsOfUsers.length);
          user = ofUser;
          const number = found.get(item!) ?? found.size;
          found.set(item!, number);
          itemsOfUsers.push(number);
        }
      },
    ),
  );
  userStarts.push(itemsOfUsers.length);
  // Numbers in the order of the ids, so that ties by number are ties by id.
  const items = [...found.keys()].sort(compareIds);
  const numberOf = new Int32Array(items.length);
  for (const [number, item] of items.entries()) numberOf[found.get(item)!] = number;
  const engagements = {
    starts: Int32Array.from(userStarts),
    columns: Int32Array.from(itemsOfUsers, (item) => numberOf[item]!),
    values: new Float32Array(itemsOfUsers.length).fill(1),
  };
  return { items: packIds(items), rows: coEngagementRows(engagements, items.length, CO_ENGAGEMENT_KEPT) };
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

/** Joins the parts of an artifact. @throws {ChangedBytes} if they are not those that were stored. */
async function artifactOf(pool: Database, catalog: CatalogId, version: number): Promise<Uint8Array<ArrayBuffer>> {
  const { rows: found } = await pool.query<{ sha256: Buffer }>(
    'SELECT sha256 FROM artifacts WHERE catalog = $1 AND version = $2',
    [catalog, version],
  );
  const parts: Buffer[] = [];
  for (;;) {
    const { rows } = await pool.query<{ bytes: Buffer }>(
      'SELECT bytes FROM artifact_parts WHERE catalog = $1 AND version = $2 AND part = $3',
      [catalog, version, parts.length],
    );
    if (rows[0] === undefined) break;
    parts.push(rows[0].bytes);
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  const digest = createHash('sha256').update(bytes).digest();
  if (found[0] === undefined || !digest.equals(found[0].sha256)) {
    throw new ChangedBytes(`artifact ${version} of ${catalog} is not what was stored: train the catalog again`);
  }
  return bytes;
}
