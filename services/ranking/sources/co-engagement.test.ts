import { compareIds, type ItemId } from '@kindred/shared/id';
import { coEngagementRows } from '@kindred/shared/model/rp3beta';
import { elementOf, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Engagement } from '../profile/engagement.ts';
import { type CoEngagementData, CoEngagementScores } from './co-engagement.ts';

const USERS = 6;
const ITEMS = 8;
const idOf = (item: number): ItemId => `item-${item}` as ItemId;
/** The items of each user. */
const histories = fc.array(fc.uniqueArray(fc.nat(ITEMS - 1), { maxLength: ITEMS }), {
  minLength: USERS,
  maxLength: USERS,
});
const engaged = fc
  .uniqueArray(fc.tuple(fc.nat(ITEMS + 1), fc.integer({ min: 1, max: 3 })), {
    selector: ([item]) => item,
    maxLength: 4,
  })
  .map((pairs) => pairs.map(([item, weight]): Engagement => ({ item: idOf(item), weight, latestMs: 0 })));

const itemsOf = (engagements: readonly Engagement[]) => new Set(engagements.map(({ item }) => item));

function dataOf(users: readonly (readonly number[])[]): CoEngagementData {
  const builder = new SparseRowsBuilder(users.length);
  for (const items of users) {
    for (const item of items) builder.add(item, 1);
    builder.endRow();
  }
  const items = Array.from({ length: ITEMS }, (_, item) => idOf(item));
  const numbers = new Map(items.map((item, number) => [item, number]));
  return { rows: coEngagementRows(builder.done(), ITEMS, ITEMS), items, numbers };
}

test('adds up the rows of the engaged items, best first, ties by id, without those engaged with', () => {
  fc.assert(
    fc.property(histories, engaged, fc.integer({ min: 1, max: 10 }), (users, engagements, count) => {
      const data = dataOf(users);
      const wanted = data.items
        .filter((item) => !engagements.some((each) => each.item === item))
        .map((item) => ({
          item,
          score: engagements.reduce(
            (sum, each) =>
              sum +
              (each.weight / 3) * elementOf(data.rows, data.numbers.get(each.item) ?? -1, data.numbers.get(item)!),
            0,
          ),
        }))
        .filter(({ score }) => score > 0);
      const found = new CoEngagementScores(data, engagements).best(count, itemsOf(engagements));
      expect(found).toHaveLength(Math.min(count, wanted.length));
      for (const { item, sourceScore: score } of found) {
        expect(score).toBeCloseTo(wanted.find((each) => each.item === item)!.score, 5);
      }
      for (let i = 1; i < found.length; i++) {
        const [before, after] = [found[i - 1]!, found[i]!];
        expect(before.sourceScore > after.sourceScore || compareIds(before.item, after.item) < 0).toBe(true);
      }
    }),
  );
});

test('asking twice gives the same, and causes are engaged items that share a user with the item', () => {
  fc.assert(
    fc.property(histories, engaged, (users, engagements) => {
      const together = new CoEngagementScores(dataOf(users), engagements);
      const found = together.best(10, itemsOf(engagements));
      expect(together.best(10, itemsOf(engagements))).toEqual(found);
      const causes = together.causes(found.map(({ item }) => item));
      for (const { item } of found) {
        const because = causes.get(item)!;
        for (const cause of because) {
          expect(
            users.some((items) => items.some((i) => idOf(i) === cause) && items.some((i) => idOf(i) === item)),
          ).toBe(true);
        }
      }
    }),
  );
});

test('causes of an item are the three engagements whose rows add most to it, ties by id', () => {
  fc.assert(
    fc.property(histories, engaged, (users, engagements) => {
      const data = dataOf(users);
      const causes = new CoEngagementScores(data, engagements).causes(data.items);
      for (const [end, item] of data.items.entries()) {
        const wanted = engagements
          .map((each) => ({
            item: each.item,
            part: each.weight * elementOf(data.rows, data.numbers.get(each.item) ?? -1, end),
          }))
          .filter(({ part }) => part > 0)
          .sort((a, b) => b.part - a.part || compareIds(a.item, b.item))
          .slice(0, 3);
        expect(causes.get(item) ?? []).toEqual(wanted.map((each) => each.item));
      }
    }),
  );
});
