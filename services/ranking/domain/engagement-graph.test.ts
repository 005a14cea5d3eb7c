import { compareIds, type ItemId } from '@kindred/shared/id';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Engagement } from './engagement.ts';
import { type EngagementGraphData, engagementGraph, walkFactors } from './engagement-graph.ts';

const USERS = 6;
const ITEMS = 8;
/** Who engaged with what, as pairs. */
const edges = fc.uniqueArray(fc.tuple(fc.nat(USERS - 1), fc.nat(ITEMS - 1)), {
  selector: ([user, item]) => user * ITEMS + item,
  maxLength: USERS * ITEMS,
});
const engaged = fc
  .uniqueArray(fc.tuple(fc.nat(ITEMS + 1), fc.integer({ min: 1, max: 3 })), {
    selector: ([item]) => item,
    maxLength: 4,
  })
  .map((pairs) => pairs.map(([item, weight]): Engagement => ({ item: idOf(item), weight, latestMs: 0 })));
const idOf = (item: number): ItemId => `item-${item}` as ItemId;

function dataOf(pairs: readonly (readonly [number, number])[]): EngagementGraphData {
  const csr = (rows: number, of: (row: number) => number[]): [Int32Array<ArrayBuffer>, Int32Array<ArrayBuffer>] => {
    const lists = Array.from({ length: rows }, (_, row) => of(row));
    const starts = [0];
    for (const list of lists) starts.push(starts.at(-1)! + list.length);
    return [Int32Array.from(starts), Int32Array.from(lists.flat())];
  };
  const [userStarts, itemsOfUsers] = csr(USERS, (user) => pairs.filter(([u]) => u === user).map(([, item]) => item));
  const [itemStarts, usersOfItems] = csr(ITEMS, (item) => pairs.filter(([, i]) => i === item).map(([user]) => user));
  const items = Array.from({ length: ITEMS }, (_, item) => idOf(item));
  const built = { userStarts, itemsOfUsers, itemStarts, usersOfItems };
  return { items, numbers: new Map(items.map((item, number) => [item, number])), ...built, ...walkFactors(built) };
}

/** RP3β by matrices: sums over every path user → item → user → item. */
function byDefinition(
  pairs: readonly (readonly [number, number])[],
  engagements: readonly Engagement[],
): Map<ItemId, number> {
  const has = (user: number, item: number): number => (pairs.some(([u, i]) => u === user && i === item) ? 1 : 0);
  const userDegree = (user: number): number => pairs.filter(([u]) => u === user).length;
  const itemDegree = (item: number): number => pairs.filter(([, i]) => i === item).length;
  const scores = new Map<ItemId, number>();
  for (let end = 0; end < ITEMS; end++) {
    let sum = 0;
    for (const { item, weight } of engagements) {
      const start = Number(item.slice(5));
      if (start >= ITEMS) continue;
      for (let user = 0; user < USERS; user++) {
        if (has(user, start) && has(user, end)) sum += weight * itemDegree(start) ** -0.7 * userDegree(user) ** -0.7;
      }
    }
    const score = sum * itemDegree(end) ** -0.6;
    if (sum > 0 && !engagements.some(({ item }) => item === idOf(end))) scores.set(idOf(end), score);
  }
  return scores;
}

test('scores items as the three-step walk does by its definition, best first, without those engaged with', () => {
  fc.assert(
    fc.property(edges, engaged, fc.integer({ min: 1, max: 10 }), (pairs, engagements, count) => {
      const wanted = byDefinition(pairs, engagements);
      const found = engagementGraph(dataOf(pairs)).coEngaged(engagements, count);
      expect(found).toHaveLength(Math.min(count, wanted.size));
      for (const { item, score } of found) expect(score).toBeCloseTo(wanted.get(item)!, 10);
      for (let i = 1; i < found.length; i++) {
        const [before, after] = [found[i - 1]!, found[i]!];
        expect(
          before.score > after.score || (before.score === after.score && compareIds(before.item, after.item) < 0),
        ).toBe(true);
      }
      const least = found.at(-1)?.score ?? 0;
      for (const [item, score] of wanted)
        if (!found.some((one) => one.item === item)) expect(score).toBeLessThanOrEqual(least + 1e-10);
    }),
  );
});

test('asking twice gives the same, and causes are engaged items that share a user with the item', () => {
  fc.assert(
    fc.property(edges, engaged, (pairs, engagements) => {
      const graph = engagementGraph(dataOf(pairs));
      const found = graph.coEngaged(engagements, 10);
      expect(graph.coEngaged(engagements, 10)).toEqual(found);
      for (const { item } of found) {
        const because = graph.causesAmong(engagements)(item);
        expect(because.length).toBeGreaterThan(0);
        for (const cause of because) {
          const users = (id: ItemId): number[] => pairs.filter(([, i]) => idOf(i) === id).map(([user]) => user);
          expect(users(cause).some((user) => users(item).includes(user))).toBe(true);
        }
      }
    }),
  );
});
