import { availableParallelism } from 'node:os';
import type { ItemId } from '@kindred/shared/id';
import { mmr } from '@kindred/shared/model/mmr';
import { listDiversity, ndcgAt20, recallAt20 } from '@kindred/shared/model/ranking-metrics';
import { centred } from '@kindred/shared/numeric/vector';
import { onnxMatrixProduct } from '@kindred/trainer/adapters/onnx-matrix-product';
import type { Embeddings } from '@kindred/trainer/history/training-data';
import type { Answer, BenchRun } from '../bench-run.ts';
import { findDataset } from '../datasets/find-dataset.ts';
import { startProgress } from '../measure/progress.ts';
import { latencyOf } from '../measure/quantile.ts';
import { runHeader } from '../measure/run-header.ts';
import { hashOrdered } from '../measure/stable-hash.ts';
import type { FitTask } from '../ranking/contender.ts';
import { fitTask } from '../ranking/fit-task.ts';
import { type EvaluatedUser, evaluatedUsers } from '../ranking/protocol.ts';
import { validationSubject } from '../ranking/split.ts';
import type { DiversityResult } from './result.ts';
import { spectralPicks } from './spectral-picks.ts';

const DATA_DEFAULT = 'goodbooks';
const USERS = 4_000;
const POOL = 100;
const SHOWN = 20;
const WINDOW = 10;
const STRENGTHS = { mmr: [0, 0.05, 0.1, 0.2, 0.3, 0.5], ssd: [0.1, 0.25, 0.5, 1, 2, 4] } as const;
type Way = keyof typeof STRENGTHS;

/** The pool that one user's slates are picked from. */
interface UserPool {
  readonly items: readonly ItemId[];
  readonly relevances: readonly number[];
  readonly vectors: readonly (Float32Array | undefined)[];
  readonly relevant: ReadonlySet<ItemId>;
}

/** Measures the cost of diversity in relevance and time, by maximal marginal relevance and by sliding spectrum decomposition. */
export async function* diversity(run: BenchRun): AsyncGenerator<Answer<DiversityResult>> {
  const dataset = await findDataset(run.data ?? DATA_DEFAULT, run.config.dataRoot);
  const { data, dataHash, split, trainPositivesMin } = await validationSubject(run.config, dataset);
  const all = evaluatedUsers({ ...split, trainPositivesMin });
  const users = hashOrdered(all, ({ user }) => user, run.seed).slice(0, USERS);
  const multiply = await onnxMatrixProduct(availableParallelism());
  const task = await fitTask({ config: run.config, multiply, seed: run.seed, ...split, newItems: new Set() });
  const pools = await poolsOf(task, users);
  const settings = (['mmr', 'ssd'] as const).flatMap((way) =>
    STRENGTHS[way].map((strength) => ({ way, strength, ...measured(way, strength, pools) })),
  );
  const parameters = { pool: POOL, shown: SHOWN, window: WINDOW, target: 'held-out training' };
  const header = runHeader({ data, dataHash, seed: run.seed, parameters });
  yield {
    result: { benchmark: 'diversity', ...header, users: users.length, settings },
    isWhole: true,
  };
}

/** The best of each user as the trained engine serves them without diversity. */
async function poolsOf({ served, data, numbers }: FitTask, users: readonly EvaluatedUser[]): Promise<UserPool[]> {
  const vectorOf = centredVectors(data.embeddings, numbers);
  const training = await served.trained();
  const serving = await served.serve(training?.versions.trained);
  const progress = startProgress('diversity: the best of each user', users.length);
  try {
    const pools: UserPool[] = [];
    for (const { user, relevant } of users) {
      const best = await serving.best(user, POOL);
      const items = best.map(({ item }) => item);
      pools.push({ items, relevances: best.map(({ score }) => score), vectors: items.map(vectorOf), relevant });
      progress.at(pools.length);
    }
    progress.done();
    return pools;
  } finally {
    await serving.close();
  }
}

/** As ranking compares items: without what all have in common. */
function centredVectors(
  embeddings: Embeddings | undefined,
  numbers: ReadonlyMap<ItemId, number>,
): (item: ItemId) => Float32Array | undefined {
  if (embeddings === undefined) return () => undefined;
  const { dimensions, vectors } = embeddings;
  const mean = new Float32Array(dimensions);
  let embedded = 0;
  for (let start = 0; start < vectors.length; start += dimensions) {
    const vector = vectors.subarray(start, start + dimensions);
    if (!vector.some((value) => value !== 0)) continue;
    embedded++;
    for (let d = 0; d < dimensions; d++) mean[d] = mean[d]! + vector[d]!;
  }
  for (let d = 0; d < dimensions; d++) mean[d] = mean[d]! / Math.max(1, embedded);
  const known = new Map<ItemId, Float32Array | undefined>();
  return (item) => {
    if (!known.has(item)) {
      const number = numbers.get(item) ?? -1;
      const vector = vectors.slice(number * dimensions, (number + 1) * dimensions);
      known.set(item, vector.some((value) => value !== 0) ? centred(vector, mean) : undefined);
    }
    return known.get(item);
  };
}

function measured(
  way: Way,
  strength: number,
  pools: readonly UserPool[],
): Omit<DiversityResult['settings'][number], 'way' | 'strength'> {
  const sums = { ndcg: 0, recall: 0, listDiversity: 0 };
  const timesMs: number[] = [];
  let lists = 0;
  for (const pool of pools) {
    const startMs = performance.now();
    const places =
      way === 'mmr' ? marginalPicks(pool, strength) : spectralPicks(pool, SHOWN, { gamma: strength, window: WINDOW });
    timesMs.push(performance.now() - startMs);
    const shown = places.map((place) => pool.items[place]!);
    sums.ndcg += ndcgAt20(shown, pool.relevant);
    sums.recall += recallAt20(shown, pool.relevant);
    const vectors = places.flatMap((place) => pool.vectors[place] ?? []);
    const diverse = listDiversity(vectors);
    if (diverse === undefined) continue;
    sums.listDiversity += diverse;
    lists++;
  }
  return {
    ndcg20: sums.ndcg / pools.length,
    recall20: sums.recall / pools.length,
    listDiversity20: lists === 0 ? 0 : sums.listDiversity / lists,
    slateP50Us: 1_000 * latencyOf(timesMs).p50Ms,
  };
}

/** By the code that serves. */
function marginalPicks({ items, relevances, vectors }: UserPool, strength: number): readonly number[] {
  const entries = items.map((item, place) => ({ item, place, relevance: relevances[place]!, vector: vectors[place] }));
  return mmr(entries, SHOWN, strength).map(({ entry }) => entry.place);
}
