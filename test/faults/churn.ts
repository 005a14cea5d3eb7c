import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusteredVectors, generator } from '@kindred/index/clustered-vectors.fixture';
import { testDatabase } from '@kindred/infra/postgres/test-database';
import { dot, normalise } from '@kindred/shared/numeric/vector';
import { expect } from 'vitest';
import { IndexProcess } from '../index-process.ts';
import { vectorRows } from './vector-rows.ts';

export interface ChurnOptions {
  /** More than 5,120: below, the index compares with every vector, and there is nothing to go wrong. */
  readonly items: number;
  readonly dimensions: number;
  readonly rounds: number;
  /** Most by which recall may be below a fresh build's. */
  readonly lossMax: number;
}

const UPSERTED = 0.2;
const DELETED = 0.1;
const K = 10;
const TARGETS = 1_000;
const NOISE = 1.1;
/** Similarities are computed in another order than the index does. */
const ROUNDING = 1e-5;
const QUERIES_PER_REQUEST = 50;

/**
 * Changes a fifth of the items and deletes a tenth, again and again, and compares the answers of the index service with
 * every vector that there is, and its recall with that of an index that is built of nothing but those.
 */
export async function churn(options: ChurnOptions, random: () => number): Promise<void> {
  const { items, dimensions, rounds, lossMax } = options;
  const database = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'kindred-churn-'));
  const rows = await vectorRows(database, dimensions);
  const supply = hardVectors({ count: Math.ceil(items * (1 + UPSERTED * rounds)) + TARGETS, dimensions, random });
  const targets = supply.splice(-TARGETS);
  const live = new Map<string, Float32Array>();
  const deleted: string[] = [];
  const recalls: string[] = [];
  const put = (ids: readonly string[]): Promise<number> => {
    const vectors = new Map(ids.map((id) => [id, supply.pop()!]));
    for (const [id, vector] of vectors) live.set(id, vector);
    return rows.put(vectors);
  };
  await put(Array.from({ length: items }, (_, index) => `i${index}`));
  const index = await IndexProcess.start({ databaseUrl: database.url, folder: join(folder, 'churned') });
  try {
    for (let round = 0; round < rounds; round++) {
      const ids = shuffled([...live.keys()], random);
      const gone = ids.splice(0, items * DELETED);
      for (const id of gone) live.delete(id);
      await rows.delete(gone);
      // Half of the written items are there already; of the others, half were deleted some time before.
      const half = (items * UPSERTED) / 2;
      deleted.push(...gone);
      const back = shuffled(deleted, random).splice(0, half / 2);
      const fresh = Array.from({ length: half - back.length }, (_, count) => `n${round}-${count}`);
      const position = await put([...ids.slice(0, half), ...back, ...fresh]);

      await index.reached(position);
      const truth = truthOf(targets, live);
      // That took long: connections that were closed meanwhile are to be known as such.
      await sleep(20);
      const early = await recallOf(index, truth);
      await index.settled(position);
      await expectReachable(index, live);
      const recall = await recallOf(index, truth);
      const built = await freshRecall(database.url, join(folder, `fresh-${round}`), truth);
      recalls.push(`${recall.toFixed(4)}/${built.toFixed(4)}`);
      for (const [moment, each] of [
        ['at once', early],
        ['once the graph is built and looked through', recall],
      ] as const)
        expect(each, `round ${round}, ${moment}`).toBeGreaterThanOrEqual(built - lossMax);
    }
    console.log(`recall@${K} of ${items} items by round, churned/fresh: ${recalls.join(' ')}`);
    expect(await index.stop()).toBe(0);
  } finally {
    await index.stop('SIGKILL');
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Vectors like those of texts, under so much noise that a graph finds .98 of the nearest: if it found all of them, a graph
 * that got worse would not show.
 */
function hardVectors({
  count,
  dimensions,
  random,
}: {
  readonly count: number;
  readonly dimensions: number;
  readonly random: () => number;
}): Float32Array[] {
  const seed = Math.floor(random() * 2 ** 31);
  const uniform = generator(seed);
  const noise = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const scale = NOISE / Math.sqrt(dimensions);
  return clusteredVectors({ count, dimensions, seed, clusters: 200 }).map((vector) =>
    normalise(vector.map((value) => value + scale * noise())),
  );
}

/** The right answers at one moment. */
interface Truth {
  readonly live: ReadonlyMap<string, Float32Array>;
  /** Each with the similarity of the last of the k nearest. */
  readonly targets: readonly { readonly vector: Float32Array; readonly edge: number }[];
}

/** Compares every target with every item. */
function truthOf(targets: readonly Float32Array[], live: Truth['live']): Truth {
  const edgeOf = (target: Float32Array): number => {
    const nearest = new Float64Array(K).fill(-1);
    for (const vector of live.values()) {
      const similarity = dot(target, vector);
      if (similarity > nearest[0]!) {
        nearest[0] = similarity;
        nearest.sort();
      }
    }
    return nearest[0]! - ROUNDING;
  };
  return { live, targets: targets.map((vector) => ({ vector, edge: edgeOf(vector) })) };
}

async function freshRecall(databaseUrl: string, folder: string, truth: Truth): Promise<number> {
  const index = await IndexProcess.start({ databaseUrl, folder });
  try {
    await index.built(0);
    return await recallOf(index, truth);
  } finally {
    await index.stop('SIGKILL');
  }
}

/** Share of the k nearest that is answered: an item as near as the last of them counts as one of them. */
async function recallOf(index: IndexProcess, { targets, live }: Truth): Promise<number> {
  let found = 0;
  for (let start = 0; start < targets.length; start += QUERIES_PER_REQUEST) {
    const some = targets.slice(start, start + QUERIES_PER_REQUEST);
    const lists = await index.neighbors(
      some.map(({ vector }) => vector),
      K,
    );
    for (const [at, { items }] of lists.entries()) {
      expectLive(items, live);
      const { vector, edge } = some[at]!;
      found += items.filter((id) => dot(vector, live.get(id)!) >= edge).length;
    }
  }
  return found / (targets.length * K);
}

/** Asked for its own vector, the index answers every item, or ten others with an equal one. */
async function expectReachable(index: IndexProcess, live: ReadonlyMap<string, Float32Array>): Promise<void> {
  const entries = [...live];
  const lost: string[] = [];
  for (let start = 0; start < entries.length; start += QUERIES_PER_REQUEST) {
    const some = entries.slice(start, start + QUERIES_PER_REQUEST);
    const lists = await index.neighbors(
      some.map(([, vector]) => vector),
      K,
    );
    for (const [at, { items, similarities }] of lists.entries()) {
      expectLive(items, live);
      const isThere = items.includes(some[at]![0]);
      if (!isThere && similarities.at(-1)! < 1 - ROUNDING) lost.push(some[at]![0]);
    }
  }
  expect(lost, 'live items that their own vector does not find').toEqual([]);
}

function expectLive(items: readonly string[], live: ReadonlyMap<string, Float32Array>): void {
  expect(items).toHaveLength(K);
  expect(new Set(items).size, 'no item twice').toBe(K);
  expect(items.filter((id) => !live.has(id))).toEqual([]);
}

function shuffled<Each>(list: Each[], random: () => number): Each[] {
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [list[last], list[other]] = [list[other]!, list[last]!];
  }
  return list;
}
