import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload, Consumer as KafkaConsumer } from 'kafkajs';
import type { ConsumeOptions, MessageBatch, MessageHandler } from '../event-log.ts';
import { untilSuccess } from '../until-success.ts';
import { type KafkaClient, type KafkaClientOptions, kafkaClient } from './kafka-client.ts';
import { toMessage } from './kafka-message.ts';
import type { KafkaOffsets } from './kafka-offsets.ts';
import { partitionStart, pastTheEnd } from './kafka-partition-start.ts';

/** Topic, group and handler of a consumer. */
export interface KafkaSessionOptions extends KafkaClientOptions, ConsumeOptions {
  readonly topic: string;
  readonly groupId: string;
  readonly handler: MessageHandler;
  readonly offsets: KafkaOffsets;
}

const REQUEST_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 5_000;
const HEARTBEAT_MS = 1_000;
/** Lasts through an outage of minutes: a member that comes back as itself need not wait until the group forgets it. */
const OUTAGE_RETRIES = 1_000;
/** All partitions of one fetch, so that the handler can apply them together. */
const PARTITIONS_AT_ONCE = 1_000;
/** Pauses between attempts to learn where partitions start. */
const PLACE_PAUSES = { firstPauseMs: 100, pauseMaxMs: 1_000 };
/** Pause before a partition whose batch failed is delivered again. */
const REDELIVERY_PAUSE_MS = 500;
/** Settings by which the brokers are asked for messages. */
export const FETCHING = {
  // Also the time for which an idle fetch holds up leaving and joining.
  maxWaitTimeInMs: 250,
  maxBytesPerPartition: 1024 * 1024,
  maxBytes: 8 * 1024 * 1024,
};
const CONSUMER = {
  ...FETCHING,
  // The least that brokers allow: a dead member's partitions wait for it.
  sessionTimeout: 6_000,
  heartbeatInterval: HEARTBEAT_MS,
  rebalanceTimeout: 60_000,
  allowAutoTopicCreation: false,
};

/**
 * One kafkajs consumer, from joining its group to its end; it does not come back to life. It reads the partitions that
 * the group assigns, each from the handler's stored progress; nothing is committed to Kafka. A partition is paused from
 * its assignment, or a failure, until its progress is known and sought. kafkajs's own restarts are off: they can outlive
 * a stop.
 */
export class KafkaSession {
  /** Resolves with the reason once the consumer has ended by itself. */
  readonly crashed: Promise<Error>;
  readonly #options: KafkaSessionOptions;
  readonly #client: KafkaClient;
  readonly #consumer: KafkaConsumer;
  readonly #running: Promise<void>;
  readonly #closing = new AbortController();
  readonly #positions = new Map<number, number>();
  readonly #applying = new Set<Promise<void>>();
  #assigned: readonly number[] | undefined;
  /** Counts assignments: work begun under an earlier one is void. */
  #generation = 0;
  #activeAtMs = Date.now();

  constructor(options: KafkaSessionOptions) {
    this.#options = options;
    this.#client = kafkaClient(options, REQUEST_TIMEOUT_MS, OUTAGE_RETRIES);
    this.#consumer = this.#client.kafka.consumer({
      ...CONSUMER,
      groupId: options.groupId,
      retry: { initialRetryTime: 100, maxRetryTime: 500, retries: OUTAGE_RETRIES, restartOnFailure: async () => false },
    });
    const { topic } = options;
    this.#consumer.on('consumer.group_join', ({ payload }) => this.#begin(payload.memberAssignment[topic] ?? []));
    // A batch without messages does not come to `eachBatch`.
    this.#consumer.on('consumer.end_batch_process', ({ payload: { partition, batchSize, lastOffset } }) => {
      if (batchSize === 0) this.#pass(partition, lastOffset);
    });
    this.#running = this.#run();
    this.crashed = new Promise((resolve) => {
      this.#consumer.on('consumer.crash', ({ payload }) => resolve(payload.error));
      this.#running.catch(resolve);
    });
  }

  /** Partitions that the group has assigned; `undefined` before the first assignment. */
  get assigned(): readonly number[] | undefined {
    return this.#assigned;
  }

  /** Next offset to read of each assigned partition whose start is settled. */
  get positions(): ReadonlyMap<number, number> {
    return this.#positions;
  }

  /** Time since something was last read or applied; 0 while the handler is at work. */
  get idleMs(): number {
    return this.#applying.size === 0 ? Date.now() - this.#activeAtMs : 0;
  }

  /** Finishes the batches at hand and leaves the group, which it waits for at most 5 s. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#applying);
    await Promise.race([leave(this.#consumer, this.#running), sleep(CLOSE_TIMEOUT_MS)]);
    this.#client.cutOff();
  }

  async #run(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.#options.topic], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.#deliver(payload),
    });
  }

  /** Runs before anything of a new assignment is fetched. */
  #begin(partitions: readonly number[]): void {
    this.#assigned = partitions;
    this.#generation++;
    this.#positions.clear();
    this.#activeAtMs = Date.now();
    this.#pause(partitions);
    void this.#place(partitions);
  }

  /** Seeks each partition to the handler's progress and resumes it; tries until that works or is void. */
  async #place(partitions: readonly number[]): Promise<void> {
    const isCurrent = this.#currentness();
    await untilSuccess(
      async () => {
        if (isCurrent()) await this.#tryToPlace(partitions, isCurrent);
      },
      {
        ...PLACE_PAUSES,
        signal: this.#closing.signal,
        onError: (error) => {
          if (isCurrent()) this.#options.onError(error);
        },
      },
    );
  }

  async #tryToPlace(partitions: readonly number[], isCurrent: () => boolean): Promise<void> {
    const { topic, handler, offsets, onError } = this.#options;
    const [progress, ranges] = await Promise.all([handler.progress(partitions), offsets.ranges(partitions)]);
    if (!isCurrent()) return;
    for (const partition of partitions.filter((each) => !this.#positions.has(each))) {
      const range = ranges.get(partition);
      if (range === undefined) throw new Error(`partition ${partition} is not known yet`);
      const { offset, expired } = partitionStart(partition, progress.get(partition), range);
      if (expired !== undefined) {
        const { from, to } = expired;
        onError(new Error(`messages ${from} to ${to} of partition ${partition} expired before they were read`));
      }
      this.#consumer.seek({ topic, partition, offset: String(offset) });
      this.#consumer.resume([{ topic, partitions: [partition] }]);
      this.#positions.set(partition, offset);
    }
  }

  /** Pauses one partition for a moment, then lets it begin again from stored progress. */
  async #placeAgain(partition: number): Promise<void> {
    const isCurrent = this.#currentness();
    this.#positions.delete(partition);
    this.#pause([partition]);
    await sleep(REDELIVERY_PAUSE_MS, undefined, { signal: this.#closing.signal }).catch(() => {});
    if (isCurrent()) await this.#place([partition]);
  }

  async #deliver({ batch, heartbeat, resolveOffset, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { batchSizeMax, onError } = this.#options;
    const { partition } = batch;
    const isCurrent = this.#currentness();
    for (let cut = 0; cut < batch.messages.length; cut += batchSizeMax) {
      const position = this.#positions.get(partition);
      if (!isCurrent() || position === undefined || !isRunning() || isStale()) return;
      const messages = batch.messages.slice(cut, cut + batchSizeMax).map((message) => toMessage(partition, message));
      const nextOffset = messages.at(-1)!.offset + 1;
      try {
        const first = messages[0]!.offset;
        if (first < position) throw pastTheEnd(partition, position, first);
        await this.#apply({ partition, messages, nextOffset }, heartbeat);
      } catch (error) {
        onError(error);
        if (isCurrent()) void this.#placeAgain(partition);
        return;
      }
      if (!isCurrent()) return;
      this.#positions.set(partition, nextOffset);
      resolveOffset(String(nextOffset - 1));
      await heartbeat();
    }
    this.#pass(partition, batch.lastOffset());
  }

  async #apply(batch: MessageBatch, heartbeat: () => Promise<void>): Promise<void> {
    // A beat that fails is repeated, and its failure thrown, after the batch.
    const timer = setInterval(() => heartbeat().catch(() => {}), HEARTBEAT_MS);
    const applying = this.#options.handler.apply(batch);
    this.#applying.add(applying);
    try {
      await applying;
    } finally {
      clearInterval(timer);
      this.#applying.delete(applying);
      this.#activeAtMs = Date.now();
    }
  }

  /** Moves over records that are not messages, such as the ends of transactions. */
  #pass(partition: number, lastOffset: string): void {
    const position = this.#positions.get(partition);
    if (position !== undefined) this.#positions.set(partition, Math.max(position, Number(lastOffset) + 1));
  }

  #pause(partitions: readonly number[]): void {
    this.#consumer.pause([{ topic: this.#options.topic, partitions: [...partitions] }]);
  }

  /** @returns A function that is true while the session is open and under the same assignment as now. */
  #currentness(): () => boolean {
    const generation = this.#generation;
    return () => !this.#closing.signal.aborted && generation === this.#generation;
  }
}

/** Waits for the joining first: a consumer that is stopped while it joins would go on to run. */
async function leave(consumer: KafkaConsumer, running: Promise<void>): Promise<void> {
  await running.catch(() => {});
  await consumer.disconnect().catch(() => {});
}
