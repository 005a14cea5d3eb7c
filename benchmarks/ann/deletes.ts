import { hashOrdered } from '../measure/stable-hash.ts';
import type { EmbeddedItem } from './embedded-items.ts';
import { type JudgedTarget, judge } from './judge.ts';
import type { AnnResult } from './result.ts';
import type { Served } from './served.ts';
import { trueNeighborsAmong } from './true-neighbors.ts';

const DELETED_SHARE = 0.3;
const QUERIES = 1_000;

/** Deletes a hashed share of the items and judges the others: at once, and when the graph has been rebuilt without them. */
export async function judgeDeletes(
  index: Served,
  items: readonly EmbeddedItem[],
  seed: number,
): Promise<NonNullable<AnnResult['deletes']>> {
  const ordered = hashOrdered(items, ({ item }) => item, `deletes ${seed}`);
  const deleted = ordered.slice(0, Math.round(items.length * DELETED_SHARE));
  const left = ordered.slice(deleted.length);
  const truthOf = trueNeighborsAmong(left);
  const targets = left
    .slice(0, QUERIES)
    .map(({ item }): JudgedTarget => ({ target: { item }, truth: truthOf({ item }) }));
  await index.remove(deleted.map(({ item }) => item));
  const startMs = performance.now();
  const atOnce = await judge(index, targets, [{}]);
  await index.settle();
  const compactMs = performance.now() - startMs;
  return { share: DELETED_SHARE, atOnce, compactMs, compacted: await judge(index, targets, [{}]) };
}
