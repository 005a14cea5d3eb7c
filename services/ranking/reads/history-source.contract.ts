import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  applyInBatches,
  counting,
  DAY_MS,
  type Draw,
  draws,
  eventOf,
  itemOf,
  SAVE,
  userOf,
} from '../events/event-draws.fixture.ts';
import type { ReadableEvent } from '../events/event-store.ts';
import type { StoreUnderTest } from '../events/store-under-test.fixture.ts';

const byTime = (a: ReadableEvent, b: ReadableEvent): number => b.atMs - a.atMs || (a.id < b.id ? 1 : -1);
const shown = ({ item, type, value, atMs }: ReadableEvent) => ({ item, type, value, atMs });

/** Promises of every history source, over what the event store beside it applied. */
export function historySourceContract({ store, histories, newCatalog, deleteItem }: StoreUnderTest): void {
  test('a history is latest first, ties by falling id, with its own bound for impressions', async () => {
    const bounds = fc.constantFrom(1, 3, 100);
    await fc.assert(
      fc.asyncProperty(draws, bounds, fc.boolean(), async (given, countMax, hasSeen) => {
        const catalog = await newCatalog();
        const events = given.map((draw, index) => eventOf(catalog, draw, index));
        await applyInBatches(store, events, { size: 50, partitions: [0] });
        const own = counting(events)
          .filter(({ user }) => user === userOf(0))
          .sort(byTime);
        const engaged = own.filter(({ type }) => type !== 'impression').slice(0, countMax);
        const impressions = hasSeen ? own.filter(({ type }) => type === 'impression').slice(0, countMax) : [];
        const history = await histories.history(catalog, userOf(0), { countMax, hasSeen });
        expect(history).toEqual([...engaged, ...impressions].sort(byTime).map(shown));
      }),
      { numRuns: 40 },
    );
  });

  test('of given items, those with any event are seen, by id, and hidden while a hide counts', async () => {
    await fc.assert(
      fc.asyncProperty(draws, async (given) => {
        const catalog = await newCatalog();
        const events = given.map((draw, index) => eventOf(catalog, { ...draw, id: index }, index));
        await applyInBatches(store, events, { size: 50, partitions: [0] });
        const own = events.filter(({ user }) => user === userOf(0));
        const hidden = new Set(counting(own).flatMap(({ type, item }) => (type === 'hide' ? [item] : [])));
        const asked = [2, 0, 5].map(itemOf);
        const wanted = [0, 2]
          .map(itemOf)
          .filter((item) => own.some((event) => event.item === item))
          .map((item) => ({ item, isHidden: hidden.has(item) }));
        expect(await histories.seen(catalog, userOf(0), asked)).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  test('the latest events are of every type, with the slate and the rank that they named', async () => {
    const catalog = await newCatalog();
    const at = (draw: Partial<Draw>, rest: Partial<ReadableEvent> = {}) => ({
      ...eventOf(catalog, { ...SAVE, ...draw }, draw.id ?? 0),
      ...rest,
    });
    const events = [
      at({ id: 1, type: 'impression', day: 1 }, { slate: 'slate-1', position: 3 }),
      at({ id: 2, type: 'save', day: 2 }),
      at({ id: 3, type: 'save', value: 0, day: 3 }),
      at({ id: 4, type: 'click', day: 3, item: 1 }, { position: 7 }),
    ];
    await store.apply(catalog, events, new Map([[0, 9]]));
    const latest = await histories.latest(catalog, userOf(0), 100);
    expect(latest).toEqual([
      { id: 'e4', item: 'i1', type: 'click', value: 1, atMs: 3 * DAY_MS, position: 7 },
      { id: 'e3', item: 'i0', type: 'save', value: 0, atMs: 3 * DAY_MS },
      { id: 'e2', item: 'i0', type: 'save', value: 1, atMs: 2 * DAY_MS },
      { id: 'e1', item: 'i0', type: 'impression', value: 1, atMs: DAY_MS, slate: 'slate-1', position: 3 },
    ]);
    expect(await histories.latest(catalog, userOf(0), 2)).toEqual(latest.slice(0, 2));
    await deleteItem(catalog, itemOf(0));
    expect((await histories.latest(catalog, userOf(0), 100)).map(({ id }) => id)).toEqual(['e4']);
  });

  test('an unknown user has nothing', async () => {
    const catalog = await newCatalog();
    await store.apply(catalog, [eventOf(catalog, SAVE, 0)], new Map([[0, 1]]));
    expect(await histories.history(catalog, userOf(1), { countMax: 10, hasSeen: true })).toEqual([]);
    expect(await histories.seen(catalog, userOf(1), [itemOf(0)])).toEqual([]);
    expect(await histories.latest(catalog, userOf(1), 10)).toEqual([]);
  });
}
