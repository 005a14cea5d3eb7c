import { type CatalogId, type ItemId, MAIN_CATALOG, type UserId } from '@kindred/shared/id';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HistoryEvent } from '../profile/engagement.ts';
import { userHash } from '../user-hash.ts';
import type { SeenItem } from './history-source.ts';
import { LastKnownUsers, type UserRead } from './last-known-users.ts';

/** A read that begins after every forgetting so far. */
const readOf = (catalog: CatalogId, user: UserId): UserRead => ({ catalog, user, startMs: Number.POSITIVE_INFINITY });
const OTHER_CATALOG = 'other' as CatalogId;
const USERS = ['user', 'other user'].map((user) => user as UserId);
const ITEMS = ['a', 'b', 'c', 'd'].map((item) => item as ItemId);
const event = fc.record({
  item: fc.constantFrom(...ITEMS),
  type: fc.constantFrom('save' as const, 'hide' as const),
  value: fc.constant(1),
  atMs: fc.nat(3),
});
const catalog = fc.constantFrom(MAIN_CATALOG, OTHER_CATALOG);
const user = fc.constantFrom(...USERS);
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ catalog, user, history: fc.array(event, { maxLength: 4 }) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        catalog,
        user,
        seen: fc.uniqueArray(fc.record({ item: fc.constantFrom(...ITEMS), isHidden: fc.boolean() }), {
          selector: ({ item }) => item,
        }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ catalog, user }) },
  ),
  { maxLength: 20, size: 'max' },
);
const saveOf = (item: ItemId): HistoryEvent => ({ item, type: 'save', value: 1, atMs: 1 });

test('answers a user as they were last read, and forgets those without a history', () => {
  fc.assert(
    fc.property(steps, (plan) => {
      const users = new LastKnownUsers();
      const known = new Map<string, { history: readonly HistoryEvent[]; seen: Map<ItemId, boolean> }>();
      for (const step of plan) {
        const key = `${step.catalog} ${step.user}`;
        const before = known.get(key);
        if ('history' in step) {
          users.rememberHistory(readOf(step.catalog, step.user), step.history);
          known.delete(key);
          if (step.history.length > 0) known.set(key, { history: step.history, seen: before?.seen ?? new Map() });
        } else if ('seen' in step) {
          users.rememberSeen(readOf(step.catalog, step.user), step.seen);
          for (const { item, isHidden } of step.seen) before?.seen.set(item, isHidden);
        } else {
          users.forget(step.catalog, userHash(step.user));
          known.delete(key);
        }
        for (const inCatalog of [MAIN_CATALOG, OTHER_CATALOG]) {
          for (const each of USERS) {
            const own = known.get(`${inCatalog} ${each}`);
            expect(users.history(inCatalog, each)).toEqual(own?.history ?? []);
            expect(users.seen(inCatalog, each, ITEMS)).toEqual(seenBy(own));
          }
        }
      }
    }),
  );
});

/** Seen if engaged with or read as seen; hidden if either says so, so that an outage shows nothing hidden. */
function seenBy(
  own: { readonly history: readonly HistoryEvent[]; readonly seen: ReadonlyMap<ItemId, boolean> } | undefined,
): readonly SeenItem[] {
  return ITEMS.flatMap((item) => {
    const events = own?.history.filter((each) => each.item === item) ?? [];
    const seen = own?.seen.get(item);
    if (events.length === 0 && seen === undefined) return [];
    return [{ item, isHidden: seen === true || events.some(({ type }) => type === 'hide') }];
  });
}

test('a user of very many seen items keeps the last of them', () => {
  const users = new LastKnownUsers();
  const [reader] = USERS;
  users.rememberHistory(readOf(MAIN_CATALOG, reader!), [saveOf(ITEMS[0]!)]);
  const pages = Array.from({ length: 30 }, (_, page) =>
    Array.from({ length: 100 }, (_, place) => `item-${page}-${place}` as ItemId),
  );
  for (const page of pages) {
    users.rememberSeen(
      readOf(MAIN_CATALOG, reader!),
      page.map((item) => ({ item, isHidden: false })),
    );
  }
  expect(users.seen(MAIN_CATALOG, reader!, pages.at(-1)!)).toHaveLength(100);
  expect(users.seen(MAIN_CATALOG, reader!, pages.flat()).length).toBeLessThan(1_200);
});

test('beyond the bound, the users that were read longest ago are unknown', () => {
  const users = new LastKnownUsers();
  const all = Array.from({ length: 6_000 }, (_, n) => `user-${n}` as UserId);
  for (const each of all) users.rememberHistory(readOf(MAIN_CATALOG, each), [saveOf(ITEMS[0]!)]);
  const known = all.map((each) => users.history(MAIN_CATALOG, each).length > 0);
  const first = known.indexOf(true);
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(3_000);
  expect(known.slice(first).every(Boolean)).toBe(true);
});
