import { type FilterFields, predicateOf } from '@kindred/shared/filter';
import { compareIds, type ItemId } from '@kindred/shared/id';
import type { Neighbor, NeighborQuery } from '@kindred/shared/neighbor';
import { dot } from '@kindred/shared/numeric/vector';
import { expect } from 'vitest';

/** Everything that an engine was given of one space. */
export interface Stored {
  readonly vectors: ReadonlyMap<ItemId, Float32Array>;
  readonly fields: ReadonlyMap<ItemId, FilterFields>;
}

/** Most by which two computations of one similarity may differ. */
const ROUNDING = 1e-6;

/** Every neighbor that passes, nearest first, ties by id; `undefined` for a target item without a vector. */
function allNeighbors(
  { vectors, fields }: Stored,
  { target, filter = {} }: NeighborQuery,
): readonly Neighbor[] | undefined {
  const vector = 'item' in target ? vectors.get(target.item) : target.vector;
  if (vector === undefined) return undefined;
  const passes = predicateOf(filter);
  return [...vectors]
    .filter(([item]) => {
      const own = fields.get(item);
      return own !== undefined && passes(own) && !('item' in target && target.item === item);
    })
    .map(([item, other]) => ({ item, similarity: dot(vector, other) }))
    .sort((left, right) => right.similarity - left.similarity || compareIds(left.item, right.item));
}

/** Expects the answer that comparing with every vector gives, up to the rounding of similarities. */
export function expectNeighbors(stored: Stored, query: NeighborQuery, answer: readonly Neighbor[]): void {
  const all = allNeighbors(stored, query);
  if (all === undefined) {
    expect(answer).toEqual([]);
    return;
  }
  const left = new Map(all.map(({ item, similarity }) => [item, similarity]));
  expect(answer.length).toBe(Math.min(query.k, all.length));
  for (const neighbor of answer) {
    const expected = left.get(neighbor.item);
    expect(expected, 'only items that pass are answered, and once').toBeDefined();
    expect(Math.abs(neighbor.similarity - expected!)).toBeLessThan(ROUNDING);
    left.delete(neighbor.item);
  }
  answer.slice(1).forEach((neighbor, i) => {
    const before = answer[i]!;
    expect(before.similarity).toBeGreaterThanOrEqual(neighbor.similarity);
    if (before.similarity === neighbor.similarity) expect(compareIds(before.item, neighbor.item)).toBeLessThan(0);
  });
  const last = answer.at(-1)!;
  for (const [item, similarity] of left) {
    expect(similarity).toBeLessThan(last.similarity + ROUNDING);
    const isTie = stored.vectors.get(item)!.every((value, i) => value === stored.vectors.get(last.item)![i]);
    if (isTie) expect(compareIds(last.item, item), 'ties go to the lower id').toBeLessThan(0);
  }
}

/** Share of the k nearest that is answered, over all queries; a neighbor as near as the k-th counts as one of them. */
export function recallOf(
  stored: Stored,
  asked: readonly { readonly query: NeighborQuery; readonly answer: readonly Neighbor[] }[],
): number {
  let found = 0;
  let wanted = 0;
  for (const { query, answer } of asked) {
    const all = allNeighbors(stored, query) ?? [];
    const similarities = new Map(all.map(({ item, similarity }) => [item, similarity]));
    const count = Math.min(query.k, all.length);
    const edge = (all[count - 1]?.similarity ?? 1) - ROUNDING;
    wanted += count;
    found += answer.filter(({ item }) => (similarities.get(item) ?? -1) >= edge).length;
  }
  return found / wanted;
}
