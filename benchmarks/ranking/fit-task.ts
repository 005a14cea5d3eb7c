import type { ItemId } from '@kindred/shared/id';
import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { postgresHistorySource } from '@kindred/trainer/adapters/postgres-history-source';
import type { TrainingData } from '@kindred/trainer/history/training-data';
import type { MatrixProduct } from '@kindred/trainer/matrix/matrix-product';
import type { BenchConfig } from '../config.ts';
import type { PreparedCatalog } from '../engine/prepared-catalog.ts';
import { withDatabase } from '../engine/with-database.ts';
import { hashOrdered } from '../measure/stable-hash.ts';
import type { FitTask } from './contender.ts';
import { eachRow, type Rows } from './protocol.ts';
import { servedCatalog } from './served-catalog.ts';

export interface FitTaskOptions {
  readonly config: BenchConfig;
  readonly prepared: PreparedCatalog;
  readonly train: Rows;
  readonly newItems: ReadonlySet<ItemId>;
  readonly multiply: MatrixProduct;
  readonly seed: number;
}

/** Reads a prepared catalog as the trainer does; the rows that baselines learn from are those of the split. */
export async function fitTask(options: FitTaskOptions): Promise<FitTask> {
  const { prepared, train, newItems, multiply, seed } = options;
  const { data: read } = await withDatabase(prepared.folder, (database) =>
    postgresHistorySource(database).read(prepared.catalog, () => {}),
  );
  const { numbers, ...items } = hashNumbered(read, seed);
  const data = { ...items, strengths: strengthsOf(train, numbers), interactionTimes: undefined };
  return { data, numbers, train, newItems, served: servedCatalog(options), multiply, seed };
}

/** The items in the order of a hash. */
function hashNumbered(
  { items, fields, embeddings }: TrainingData,
  seed: number,
): Omit<TrainingData, 'strengths' | 'interactionTimes'> & { readonly numbers: ReadonlyMap<ItemId, number> } {
  const order = hashOrdered(items.keys(), (place) => items[place]!, seed);
  const { dimensions, vectors } = embeddings ?? { dimensions: 0, vectors: new Float32Array(0) };
  const moved = new Float32Array(vectors.length);
  for (const [number, place] of order.entries()) {
    moved.set(vectors.subarray(place * dimensions, (place + 1) * dimensions), number * dimensions);
  }
  return {
    items: order.map((place) => items[place]!),
    fields: order.map((place) => fields[place]!),
    embeddings: embeddings && { dimensions, vectors: moved },
    numbers: new Map(order.map((place, number) => [items[place]!, number])),
  };
}

/** A row a user, each item once: 1 where any of its rows is a positive. */
export function strengthsOf(train: Rows, numbers: ReadonlyMap<ItemId, number>): SparseRows {
  const users = new Map<string, Map<number, number>>();
  eachRow(train, ({ user, item, positive }) => {
    const own = users.get(user) ?? new Map<number, number>();
    users.set(user, own);
    const number = numbers.get(item);
    if (number !== undefined) own.set(number, Math.max(own.get(number) ?? 0, positive ? 1 : 0));
  });
  const builder = new SparseRowsBuilder(users.size);
  for (const own of users.values()) {
    for (const [number, strength] of [...own].sort(([a], [b]) => a - b)) builder.add(number, strength);
    builder.endRow();
  }
  return builder.done();
}
