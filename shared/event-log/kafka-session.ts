import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload, IHeaders, Consumer as KafkaConsumer, KafkaMessage } from 'kafkajs';
import { createBackoff } from './backoff.ts';
import type { ConsumeOptions, Message, MessageHandler } from './event-log.ts';
import { type KafkaClientOptions, kafkaClient } from './kafka-client.ts';
import type { KafkaOffsets, PartitionRange } from './kafka-offsets.ts';

export interface KafkaSessionOptions extends KafkaClientOptions, ConsumeOptions {
  readonly topic: string;
  readonly groupId: string;
  readonly handler: MessageHandler;
  readonly offsets: KafkaOffsets;
}

/** One kafkajs consumer from joining its group to its end; it does not come back to life. */
export interface KafkaSession {
  /** Resolves with the reason when the consumer ends by itself. */
  readonly crashed: Promise<Error>;
  /** The partitions that the group gave us; `undefined` before the first time. */
  assigned(): readonly number[] | undefined;
  /** What each assigned partition is read from next, where that is settled. */
  positions(): ReadonlyMap<number, number>;
  /** When something was read last, or the session began. */
  activeAtMs(): number;
  /** Whether the handler is at work. */
  isApplying(): boolean;
  /** Finishes the batch at hand and leaves the group, for which it waits at most 5 s. */
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 5_000;
const HEARTBEAT_MS = 1_000;
const CONSUMER = {
  sessionTimeout: 10_000,
  heartbeatInterval: HEARTBEAT_MS,
  rebalanceTimeout: 60_000,
  // An idle fetch holds up leaving and joining for so long.
  maxWaitTimeInMs: 250,
  maxBytesPerPartition: 1024 * 1024,
  maxBytes: 8 * 1024 * 1024,
  allowAutoTopicCreation: false,
};

/**
 * Reads the partitions that the group assigns from where the handler's stored progress stands; nothing is committed to
 * Kafka. A partition is paused from its assignment, or a failure, until its progress is known and sought. kafkajs's own
 * restarts are off: they can outlive a stop.
 */
export function startKafkaSession(options: KafkaSessionOptions): KafkaSession {
  const { topic, groupId, handler, offsets, batchSizeMax, onError } = options;
  const client = kafkaClient(options, REQUEST_TIMEOUT_MS);
  const consumer = client.kafka.consumer({
    ...CONSUMER,
    groupId,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5, restartOnFailure: async () => false },
  });
  const closing = new AbortController();
  const backoff = createBackoff({ firstMs: 100, maxMs: 5_000 });
  const positions = new Map<number, number>();
  let assigned: readonly number[] | undefined;
  /** Counts assignments: what was begun under an earlier one is void. */
  let generation = 0;
  let activeAtMs = Date.now();
  let applying: Promise<void> | undefined;

  function onAssignment(partitions: readonly number[]): void {
    assigned = partitions;
    generation++;
    positions.clear();
    activeAtMs = Date.now();
    consumer.pause([{ topic, partitions: [...partitions] }]);
    void place(partitions);
  }

  /** Seeks each partition to the handler's progress and lets it flow; tries until that worked or is void. */
  async function place(partitions: readonly number[]): Promise<void> {
    const current = generation;
    const isVoid = (): boolean => closing.signal.aborted || current !== generation;
    while (!isVoid()) {
      try {
        const [progress, ranges] = await Promise.all([handler.progress(partitions), offsets.ranges()]);
        if (isVoid()) return;
        for (const partition of partitions.filter((each) => !positions.has(each))) {
          const start = startOf(partition, progress.get(partition), ranges.get(partition), onError);
          consumer.seek({ topic, partition, offset: String(start) });
          consumer.resume([{ topic, partitions: [partition] }]);
          positions.set(partition, start);
        }
        return;
      } catch (error) {
        if (isVoid()) return;
        onError(error);
        await backoff.wait(closing.signal);
      }
    }
  }

  /** Stops the flow of one partition and, after a pause, lets it begin again from stored progress. */
  async function placeAgain(partition: number): Promise<void> {
    const current = generation;
    positions.delete(partition);
    consumer.pause([{ topic, partitions: [partition] }]);
    await backoff.wait(closing.signal);
    if (current === generation) await place([partition]);
  }

  async function eachBatch({ batch, heartbeat, resolveOffset, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { partition } = batch;
    const current = generation;
    for (let cut = 0; cut < batch.messages.length; cut += batchSizeMax) {
      const position = positions.get(partition);
      if (closing.signal.aborted || current !== generation || position === undefined || !isRunning() || isStale())
        return;
      const messages = batch.messages.slice(cut, cut + batchSizeMax).map((message) => toMessage(partition, message));
      const [first, last] = [messages[0]!, messages.at(-1)!];
      try {
        if (first.offset < position) throw pastTheEnd(partition, position, first.offset);
        applying = handler.apply({ partition, messages, nextOffset: last.offset + 1 });
        await whileBeating(heartbeat, applying);
      } catch (error) {
        onError(error);
        if (current === generation && !closing.signal.aborted) void placeAgain(partition);
        return;
      } finally {
        applying = undefined;
        activeAtMs = Date.now();
      }
      if (current !== generation) return;
      backoff.reset();
      positions.set(partition, last.offset + 1);
      resolveOffset(String(last.offset));
      await heartbeat();
    }
    pass(partition, batch.lastOffset());
  }

  /** Moves over records that are not messages, such as the ends of transactions. */
  function pass(partition: number, lastOffset: string): void {
    const position = positions.get(partition);
    if (position !== undefined) positions.set(partition, Math.max(position, Number(lastOffset) + 1));
  }

  async function run(): Promise<void> {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 1,
      eachBatch,
    });
  }

  consumer.on('consumer.group_join', ({ payload }) => onAssignment(payload.memberAssignment[topic] ?? []));
  // A batch without messages does not come to `eachBatch`.
  consumer.on('consumer.end_batch_process', ({ payload: { partition, batchSize, lastOffset } }) => {
    if (batchSize === 0) pass(partition, lastOffset);
  });
  const running = run();
  const crashed = new Promise<Error>((resolve) => {
    consumer.on('consumer.crash', ({ payload }) => resolve(payload.error));
    running.catch(resolve);
  });
  return {
    crashed,
    assigned: () => assigned,
    positions: () => positions,
    activeAtMs: () => activeAtMs,
    isApplying: () => applying !== undefined,
    close: async () => {
      closing.abort();
      await applying?.catch(() => {});
      await Promise.race([leave(consumer, running), sleep(CLOSE_TIMEOUT_MS)]);
      client.cutOff();
    },
  };
}

/** A consumer that is stopped while it joins would go on to run: wait for the joining first. */
async function leave(consumer: KafkaConsumer, running: Promise<void>): Promise<void> {
  await running.catch(() => {});
  await consumer.disconnect().catch(() => {});
}

function startOf(
  partition: number,
  progress: number | undefined,
  range: PartitionRange | undefined,
  onError: ConsumeOptions['onError'],
): number {
  if (range === undefined) throw new Error(`partition ${partition} has no known range`);
  if (progress === undefined) return range.start;
  if (progress > range.end) throw pastTheEnd(partition, progress, range.end);
  if (progress >= range.start) return progress;
  onError(
    new Error(`messages ${progress} to ${range.start - 1} of partition ${partition} expired before they were read`),
  );
  return range.start;
}

function pastTheEnd(partition: number, progress: number, end: number): Error {
  return new Error(
    `progress ${progress} of partition ${partition} lies past the log's end (${end}): was the topic made anew? Nothing is read until that progress is deleted`,
  );
}

/** Tells the group that we live while a batch is applied. A beat that fails is repeated, and reported, after the batch. */
async function whileBeating(heartbeat: () => Promise<void>, work: Promise<void>): Promise<void> {
  const timer = setInterval(() => heartbeat().catch(() => {}), HEARTBEAT_MS);
  try {
    await work;
  } finally {
    clearInterval(timer);
  }
}

function toMessage(partition: number, { offset, value, timestamp, headers = {} }: KafkaMessage): Message {
  return {
    partition,
    offset: Number(offset),
    value,
    appendedAtMs: Number(timestamp),
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, headerText(text)])),
  };
}

/** The last one where a header is repeated. */
function headerText(value: IHeaders[string]): string {
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last === undefined || last === null ? '' : last.toString('utf8');
}
