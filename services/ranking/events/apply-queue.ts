import { setImmediate } from 'node:timers/promises';
import type { EventOutcome, EventStore, ReadableEvent } from './event-store.ts';

/** Events read from one partition. */
export interface ReadBatch {
  readonly partition: number;
  readonly events: readonly ReadableEvent[];
  /** One past the last message read. */
  readonly nextOffset: number;
}

export interface ApplyQueueOptions {
  readonly store: Pick<EventStore, 'apply'>;
  readonly log: string;
  /** Limit of one transaction; a single batch may be larger. */
  readonly eventsMax: number;
}

interface WaitingBatch extends ReadBatch {
  readonly resolve: (outcomes: readonly EventOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: batches of other partitions that come during a transaction share the next one, so that many partitions
 * with little to read cost few commits. Transactions follow one another: they would wait for the same locks anyway.
 */
export class ApplyQueue {
  readonly #options: ApplyQueueOptions;
  readonly #waiting: WaitingBatch[] = [];
  /** Partitions whose last batch failed. */
  readonly #suspects = new Set<number>();
  #isApplying = false;

  constructor(options: ApplyQueueOptions) {
    this.#options = options;
  }

  /**
   * Takes one batch at a time of each partition.
   * @returns The outcomes of the batch's events, in their order.
   * @throws what the transaction threw, for each batch that shared it. The next batches of their partitions are applied
   * alone until one works: a batch that cannot be applied holds up only its own partition.
   */
  apply(batch: ReadBatch): Promise<readonly EventOutcome[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...batch, resolve, reject });
      if (this.#isApplying) return;
      this.#isApplying = true;
      void this.#applyAll();
    });
  }

  async #applyAll(): Promise<void> {
    // The batches of one fetch come at once, partition by partition.
    await setImmediate();
    while (this.#waiting.length > 0) await this.#applyTogether(this.#takeNext());
    this.#isApplying = false;
  }

  async #applyTogether(batches: readonly WaitingBatch[]): Promise<void> {
    const { store, log } = this.#options;
    try {
      const events = batches.flatMap((batch) => batch.events);
      const progress = new Map(batches.map(({ partition, nextOffset }) => [partition, nextOffset]));
      const outcomes = await store.apply(log, events, progress);
      let start = 0;
      for (const { partition, events: own, resolve } of batches) {
        this.#suspects.delete(partition);
        resolve(outcomes.slice(start, start + own.length));
        start += own.length;
      }
    } catch (error) {
      for (const { partition, reject } of batches) {
        this.#suspects.add(partition);
        reject(error);
      }
    }
  }

  /** Takes at least one batch; a suspect one alone. */
  #takeNext(): readonly WaitingBatch[] {
    const isSuspect = ({ partition }: ReadBatch): boolean => this.#suspects.has(partition);
    const [first, ...others] = this.#waiting;
    let end = 1;
    let events = first!.events.length;
    for (const batch of isSuspect(first!) ? [] : others) {
      events += batch.events.length;
      if (isSuspect(batch) || events > this.#options.eventsMax) break;
      end++;
    }
    return this.#waiting.splice(0, end);
  }
}
