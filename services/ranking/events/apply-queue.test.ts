import type { CatalogId, EventId, ItemId, UserId } from '@kindred/shared/id';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApplyQueue, type ReadBatch } from './apply-queue.ts';
import type { EventOutcome, ReadableEvent } from './event-store.ts';

const EVENTS_MAX = 10;

/** A store that records its transactions, refuses some, and takes events of odd offsets for duplicates. */
function recordingStore(refuses: (events: readonly ReadableEvent[]) => boolean = () => false) {
  const transactions: { readonly partitions: readonly number[]; readonly events: number }[] = [];
  let running = 0;
  return {
    transactions,
    apply: async (_log: string, events: readonly ReadableEvent[], progress: ReadonlyMap<number, number>) => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      if (refuses(events)) throw new Error('refused');
      transactions.push({ partitions: [...progress.keys()], events: events.length });
      return events.map(outcomeOf);
    },
  };
}

function outcomeOf({ offset }: ReadableEvent): EventOutcome {
  return offset % 2 === 0 ? 'applied' : 'duplicate';
}

function batchOf(partition: number, count: number, start = 0): ReadBatch {
  const events = Array.from({ length: count }, (_, index): ReadableEvent => {
    const id = `e${partition}-${start + index}` as EventId;
    return {
      id,
      catalog: 'c' as CatalogId,
      user: 'u' as UserId,
      item: 'i' as ItemId,
      type: 'save',
      value: 1,
      atMs: 0,
      slate: undefined,
      position: undefined,
      partition,
      offset: start + index,
    };
  });
  return { partition, events, nextOffset: start + count };
}

test('each batch gets what became of its own events, whatever shares its transaction', async () => {
  const sizes = fc.array(fc.nat(2 * EVENTS_MAX), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(sizes, async (counts) => {
      const store = recordingStore();
      const queue = new ApplyQueue({ store, log: 'log', eventsMax: EVENTS_MAX });
      const batches = counts.map((count, partition) => batchOf(partition, count, partition));
      const outcomes = await Promise.all(batches.map((batch) => queue.apply(batch)));
      expect(outcomes).toEqual(batches.map(({ events }) => events.map(outcomeOf)));
      expect(store.transactions.flatMap(({ partitions }) => partitions)).toEqual(counts.map((_, index) => index));
      for (const { partitions, events } of store.transactions) {
        if (partitions.length > 1) expect(events).toBeLessThanOrEqual(EVENTS_MAX);
      }
    }),
    { numRuns: 40 },
  );
});

test('batches that come at once share a transaction, and so do those that come while it is under way', async () => {
  const store = recordingStore();
  const queue = new ApplyQueue({ store, log: 'log', eventsMax: EVENTS_MAX });
  const first = [0, 1, 2].map((partition) => queue.apply(batchOf(partition, 2)));
  await new Promise((resolve) => setImmediate(resolve));
  const second = [3, 4].map((partition) => queue.apply(batchOf(partition, 2)));
  await Promise.all([...first, ...second]);
  expect(store.transactions.map(({ partitions }) => partitions)).toEqual([
    [0, 1, 2],
    [3, 4],
  ]);
});

test('a batch that cannot be applied fails with those that shared its transaction, and from then on alone', async () => {
  const store = recordingStore((events) => events.some(({ partition }) => partition === 1));
  const queue = new ApplyQueue({ store, log: 'log', eventsMax: EVENTS_MAX });
  const attempt = (): Promise<readonly string[]> =>
    Promise.all([0, 1, 2].map((partition) => queue.apply(batchOf(partition, 1)).then(() => 'applied', String)));
  expect(await attempt()).toEqual(Array(3).fill('Error: refused'));
  for (let time = 0; time < 20; time++) expect(await attempt()).toEqual(['applied', 'Error: refused', 'applied']);
});

test('after a failure that passes, batches share transactions again', async () => {
  let isAway = true;
  const store = recordingStore(() => isAway);
  const queue = new ApplyQueue({ store, log: 'log', eventsMax: EVENTS_MAX });
  const attempt = () => Promise.allSettled([0, 1, 2].map((partition) => queue.apply(batchOf(partition, 1))));
  await attempt();
  isAway = false;
  await attempt();
  await attempt();
  expect(store.transactions.map(({ partitions }) => partitions)).toEqual([[0], [1], [2], [0, 1, 2]]);
});
