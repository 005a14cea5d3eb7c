import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyInBatches, counting, type Draw, draws, eventOf, itemOf, SAVE, userOf } from './event-draws.fixture.ts';
import type { ReadableEvent } from './event-store.ts';
import { erasureContract } from './event-store-erasure.contract.ts';
import type { StoreUnderTest } from './store-under-test.fixture.ts';

const LOG = 'log';
const ALL = { countMax: 100, hasSeen: false };

/** Promises of every event store. */
export function eventStoreContract(under: StoreUnderTest): void {
  const { store, histories, newCatalog } = under;
  const itemsOf = async (catalog: ReadableEvent['catalog'], user = userOf(0)): Promise<readonly string[]> =>
    (await histories.history(catalog, user, ALL)).map(({ item }) => item).sort();

  test('histories are those of a plain replay, whatever the batches, repeats and order of retractions', async () => {
    const partitionSets = fc.constantFrom([0], [1, 0], [0, 1, 2]);
    await fc.assert(
      fc.asyncProperty(draws, fc.integer({ min: 1, max: 12 }), partitionSets, async (given, size, partitions) => {
        const catalog = await newCatalog();
        const events = given.map((draw, index) => eventOf(catalog, draw, index));
        await applyInBatches(store, events, { size, partitions });
        await applyInBatches(store, events, { size: size + 1, partitions: [3] });
        for (const user of [userOf(0), userOf(1)]) {
          const wanted = counting(events).filter((event) => event.user === user && event.type !== 'impression');
          const history = await histories.history(catalog, user, ALL);
          const lines = (all: readonly Pick<ReadableEvent, 'item' | 'type' | 'value' | 'atMs'>[]): string[] =>
            all.map(({ item, type, value, atMs }) => `${item} ${type} ${value} ${atMs}`).sort();
          expect(lines(history)).toEqual(lines(wanted));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('the first event of an id wins, within a batch and over batches, and each outcome stands in its place', async () => {
    const catalog = await newCatalog();
    const at = (draw: Partial<Draw>, offset: number) => eventOf(catalog, { ...SAVE, ...draw }, offset);
    const first = [at({ item: 0 }, 0), at({ item: 1 }, 1), at({ id: 2, item: 2 }, 2)];
    expect(await store.apply(catalog, first, new Map([[0, 3]]))).toEqual(['applied', 'duplicate', 'applied']);
    const second = [at({ item: 3 }, 3), at({ id: 3, item: 3 }, 4)];
    expect(await store.apply(catalog, second, new Map([[0, 5]]))).toEqual(['duplicate', 'applied']);
    expect(await itemsOf(catalog)).toEqual([itemOf(0), itemOf(2), itemOf(3)]);
  });

  test('ids, users and progress of one catalog or log say nothing of another', async () => {
    const [one, other] = [await newCatalog(), await newCatalog()];
    const both = [eventOf(one, SAVE, 0), eventOf(other, { ...SAVE, item: 1 }, 1)];
    expect(await store.apply(one, both, new Map([[0, 2]]))).toEqual(['applied', 'applied']);
    expect(await itemsOf(one)).toEqual([itemOf(0)]);
    expect(await itemsOf(other)).toEqual([itemOf(1)]);
    expect(await store.progress(other, [0])).toEqual(new Map());
    expect(await store.apply(other, both, new Map([[0, 2]]))).toEqual(['duplicate', 'duplicate']);
  });

  test('two batches that retract each other’s events at once end as one after the other', async () => {
    for (let round = 0; round < 20; round++) {
      const catalog = await newCatalog();
      const save = eventOf(catalog, SAVE, 0, 1);
      const undo = eventOf(catalog, { ...SAVE, id: 2, value: 0, day: 2 }, 0, 2);
      await Promise.all([
        store.apply(catalog, [save], new Map([[1, 1]])),
        store.apply(catalog, [undo], new Map([[2, 1]])),
      ]);
      expect(await itemsOf(catalog)).toEqual([]);
    }
  });

  test('takes nothing from a batch that lies below the stored progress, and never sets it back', async () => {
    const catalog = await newCatalog();
    const events = [0, 1, 2, 3].map((offset) => eventOf(catalog, { ...SAVE, id: offset, item: offset }, offset));
    await store.apply(catalog, [], new Map([[0, 2]]));
    // As from a member of the group that was held up: its successor passed half of the batch.
    const outcomes = await store.apply(catalog, events, new Map([[0, 4]]));
    expect(outcomes).toEqual(['duplicate', 'duplicate', 'applied', 'applied']);
    await store.apply(catalog, events.slice(0, 2), new Map([[0, 2]]));
    expect(await store.progress(catalog, [0])).toEqual(new Map([[0, 4]]));
    expect(await itemsOf(catalog)).toEqual([itemOf(2), itemOf(3)]);
  });

  test('takes from each of several partitions the events above its own progress', async () => {
    const catalog = await newCatalog();
    const at = (id: number, partition: number, offset: number): ReadableEvent =>
      eventOf(catalog, { ...SAVE, id, item: id }, offset, partition);
    await store.apply(catalog, [], new Map([[1, 5]]));
    const progress = new Map([
      [1, 6],
      [0, 5],
    ]);
    const outcomes = await store.apply(catalog, [at(1, 0, 4), at(2, 1, 4), at(3, 1, 5)], progress);
    expect(outcomes).toEqual(['applied', 'duplicate', 'applied']);
    expect(await store.progress(catalog, [0, 1, 2])).toEqual(progress);
    expect(await itemsOf(catalog)).toEqual([itemOf(1), itemOf(3)]);
  });

  test('consumers with some of the same partitions do not wait in a circle', async () => {
    const apply = (partitions: readonly number[]) =>
      store.apply(LOG, [], new Map(partitions.map((partition) => [partition, 1])));
    for (let round = 0; round < 50; round++) await Promise.all([apply([0, 1, 2]), apply([2, 1, 0]), apply([1, 0, 2])]);
    expect((await store.progress(LOG, [0, 1, 2])).size).toBe(3);
  });

  erasureContract(under);
}
