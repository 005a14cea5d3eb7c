import { EVENT_TYPES } from '@kindred/shared/event';
import { type CatalogId, compareIds, type EventId, type ItemId, type UserId } from '@kindred/shared/id';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HistorySource } from './history-source.ts';
import type { StoredEvent } from './memory-history-source.ts';

/** A history source with the store that it reads, and one catalog of its own in that. */
export interface HistorySourceUnderTest {
  readonly source: HistorySource;
  readonly catalog: CatalogId;
  /** Stores events, each id once. */
  store(user: UserId, events: readonly StoredEvent[]): Promise<void>;
  /** Says that the item was deleted. */
  removeItem(item: ItemId): Promise<void>;
}

const USER = 'user' as UserId;
const OTHER = 'other user' as UserId;
const ITEMS = ['b', 'a', 'ｚ', '😀'].map((item) => item as ItemId);
const events = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'ｅ', '😀').map((id) => id as EventId),
    item: fc.constantFrom(...ITEMS),
    type: fc.constantFrom(...EVENT_TYPES),
    value: fc.constantFrom(0, 1, 30),
    atMs: fc.nat(2),
    isRetracted: fc.boolean(),
  }),
  { selector: ({ id }) => id },
);

/** The properties that every `HistorySource` must have. */
export function historySourceContract(create: () => Promise<HistorySourceUnderTest>, numRuns: number): void {
  test('a history has the latest events that count, and impressions by a bound of their own', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 1, max: 4 }), fc.boolean(), async (given, countMax, hasSeen) => {
        const { source, catalog, store } = await create();
        await store(USER, given);
        const counting = given
          .filter(({ value, isRetracted }) => value > 0 && !isRetracted)
          .sort((a, b) => b.atMs - a.atMs || compareIds(b.id, a.id));
        const wanted = [
          ...counting.filter(({ type }) => type !== 'impression').slice(0, countMax),
          ...counting.filter(({ type }) => type === 'impression').slice(0, hasSeen ? countMax : 0),
        ].sort((a, b) => counting.indexOf(a) - counting.indexOf(b));
        expect(await source.history(catalog, USER, { countMax, hasSeen })).toEqual(
          wanted.map(({ item, type, value, atMs }) => ({ item, type, value, atMs })),
        );
        expect(await source.history(catalog, OTHER, { countMax, hasSeen })).toEqual([]);
      }),
      { numRuns },
    );
  });

  test('seen items are those with any event, hidden while a hide counts', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.subarray(ITEMS), async (given, asked) => {
        const { source, catalog, store } = await create();
        await store(USER, given);
        const wanted = asked.toSorted(compareIds).flatMap((item) => {
          const own = given.filter((event) => event.item === item);
          const isHidden = own.some(({ type, value, isRetracted }) => type === 'hide' && value > 0 && !isRetracted);
          return own.length === 0 ? [] : [{ item, isHidden }];
        });
        expect(await source.seen(catalog, USER, asked)).toEqual(wanted);
        expect(await source.seen(catalog, OTHER, asked)).toEqual([]);
      }),
      { numRuns },
    );
  });

  test('the latest events are of every type, without those on deleted items', async () => {
    await fc.assert(
      fc.asyncProperty(
        events,
        fc.constantFrom(...ITEMS),
        fc.integer({ min: 1, max: 6 }),
        async (given, deleted, countMax) => {
          const { source, catalog, store, removeItem } = await create();
          await store(USER, given);
          await removeItem(deleted);
          const wanted = given
            .filter(({ item }) => item !== deleted)
            .sort((a, b) => b.atMs - a.atMs || compareIds(b.id, a.id))
            .slice(0, countMax)
            .map(({ isRetracted: _, ...event }) => event);
          expect(await source.latest(catalog, USER, countMax)).toEqual(wanted);
        },
      ),
      { numRuns },
    );
  });
}
