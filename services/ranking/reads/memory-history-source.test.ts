import { type CatalogId, type EventId, type ItemId, MAIN_CATALOG, type UserId } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { MemoryHistorySource, type StoredEvent } from './memory-history-source.ts';

const USERS = ['user', 'other user'].map((user) => user as UserId);
const [USER, OTHER] = [USERS[0]!, USERS[1]!];
const A = 'a' as ItemId;
const B = 'b' as ItemId;

function eventOf(item: ItemId, type: StoredEvent['type'], atMs: number, rest: Partial<StoredEvent> = {}): StoredEvent {
  return { id: `${item} ${type} ${atMs}` as EventId, item, type, value: 1, atMs, isRetracted: false, ...rest };
}

function sourceOf(...events: readonly StoredEvent[]): MemoryHistorySource {
  const source = new MemoryHistorySource();
  for (const event of events) source.add(MAIN_CATALOG, USER, event);
  return source;
}

test('a history has what counts, latest first, and impressions only if asked for, each within the bound', async () => {
  const source = sourceOf(
    eventOf(A, 'save', 1),
    eventOf(A, 'click', 3),
    eventOf(B, 'impression', 2),
    eventOf(B, 'impression', 4),
    eventOf(B, 'save', 5, { isRetracted: true }),
    eventOf(B, 'dwell', 6, { value: 0 }),
  );
  const typesOf = async (countMax: number, hasSeen: boolean) =>
    (await source.history(MAIN_CATALOG, USER, { countMax, hasSeen })).map(({ type, atMs }) => `${type} ${atMs}`);
  expect(await typesOf(10, false)).toEqual(['click 3', 'save 1']);
  expect(await typesOf(10, true)).toEqual(['impression 4', 'click 3', 'impression 2', 'save 1']);
  expect(await typesOf(1, true)).toEqual(['impression 4', 'click 3']);
});

test('an item with any event is seen, and hidden while a hide counts', async () => {
  const hides = [eventOf(B, 'hide', 1, { isRetracted: true }), eventOf('c' as ItemId, 'hide', 2)];
  const source = sourceOf(eventOf(A, 'impression', 1), ...hides);
  expect(
    await source.seen(
      MAIN_CATALOG,
      USER,
      ['c', 'nowhere', 'b', 'a'].map((item) => item as ItemId),
    ),
  ).toEqual([
    { item: A, isHidden: false },
    { item: B, isHidden: false },
    { item: 'c', isHidden: true },
  ]);
});

test('the latest events are of every type, without those on deleted items', async () => {
  const source = sourceOf(
    eventOf(A, 'save', 1),
    eventOf(B, 'impression', 2),
    eventOf(B, 'save', 3, { isRetracted: true }),
  );
  const idsOf = async (countMax: number) => (await source.latest(MAIN_CATALOG, USER, countMax)).map(({ id }) => id);
  expect(await idsOf(2)).toEqual(['b save 3', 'b impression 2']);
  source.removeItem(MAIN_CATALOG, B);
  expect(await idsOf(2)).toEqual(['a save 1']);
});

test('users and catalogs are kept apart, and an erased user has no history', async () => {
  const source = sourceOf(eventOf(A, 'save', 1));
  source.add(MAIN_CATALOG, OTHER, eventOf(B, 'save', 1));
  expect(await source.latest('other' as CatalogId, USER, 9)).toEqual([]);
  source.erase(MAIN_CATALOG, USER);
  expect(await source.latest(MAIN_CATALOG, USER, 9)).toEqual([]);
  expect(await source.latest(MAIN_CATALOG, OTHER, 9)).toHaveLength(1);
});
