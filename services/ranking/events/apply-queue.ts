import { setImmediate } from 'node:timers/promises';
import type { EventOutcome, ReadableEvent } from './event-store.ts';

/** What a partition brings to be applied. */
export interface ReadBatch {
  readonly partition: number;
  readonly events: readonly ReadableEvent[];
  /** One past the last message read. */
  readonly nextOffset: number;
}

export interface ApplyQueueOptions {
  /** Applies batches of different partitions in one transaction; never called again before it has settled. */
  readonly apply: (
    events: readonly ReadableEvent[],
    progress: ReadonlyMap<number, number>,
  ) => Promise<readonly EventOutcome[]>;
  /** Of one transaction; a single batch may be larger. */
  readonly eventsMax: number;
}

/**
 * Group commit: batches of other partitions that come while a transaction is under way share the next one, so that many
 * partitions with little to read cost few commits, which follow one another anyway.
 */
export interface ApplyQueue {
  /**
   * One at a time for each partition.
   * @returns What became of the batch's events, in their order.
   * @throws what the transaction threw, as do all that shared it. What their partitions bring next is applied alone, until
   * that works: so one that cannot be applied holds up itself.
   */
  apply(batch: ReadBatch): Promise<readonly EventOutcome[]>;
}

interface WaitingBatch extends ReadBatch {
  readonly resolve: (outcomes: readonly EventOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

export function createApplyQueue({ apply, eventsMax }: ApplyQueueOptions): ApplyQueue {
  const waiting: WaitingBatch[] = [];
  /** Partitions whose last batch failed. */
  const suspects = new Set<number>();
  let isApplying = false;

  /** At least one batch; a suspect one alone. */
  const takeNext = (): readonly WaitingBatch[] => {
    const isSuspect = ({ partition }: ReadBatch): boolean => suspects.has(partition);
    let end = 1;
    let events = waiting[0]!.events.length;
    for (; !isSuspect(waiting[0]!) && end < waiting.length && !isSuspect(waiting[end]!); end++) {
      events += waiting[end]!.events.length;
      if (events > eventsMax) break;
    }
    return waiting.splice(0, end);
  };

  const applyAll = async (): Promise<void> => {
    // What one fetch brings comes at once, partition by partition.
    await setImmediate();
    while (waiting.length > 0) {
      const batches = takeNext();
      try {
        const progress = new Map(batches.map(({ partition, nextOffset }) => [partition, nextOffset]));
        const outcomes = await apply(
          batches.flatMap(({ events }) => events),
          progress,
        );
        let start = 0;
        for (const { partition, events, resolve } of batches) {
          suspects.delete(partition);
          resolve(outcomes.slice(start, start + events.length));
          start += events.length;
        }
      } catch (error) {
        for (const { partition, reject } of batches) {
          suspects.add(partition);
          reject(error);
        }
      }
    }
    isApplying = false;
  };

  return {
    apply: (batch) =>
      new Promise((resolve, reject) => {
        waiting.push({ ...batch, resolve, reject });
        if (isApplying) return;
        isApplying = true;
        void applyAll();
      }),
  };
}
