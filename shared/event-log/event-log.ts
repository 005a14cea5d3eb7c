import type { CatalogId, UserId } from '../id.ts';

/** One message to append. */
export interface NewMessage {
  readonly catalog: CatalogId;
  /** Whose event it is: lets a log that can, erase it. */
  readonly user: UserId;
  /** The event as JSON in UTF-8, with its `catalog`. */
  readonly value: Buffer;
  /** Small text values that travel with the message, such as a request id; a log may drop them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a message stands: offsets of one partition rise in the order in which readers see its messages. */
export interface Position {
  readonly partition: number;
  readonly offset: number;
}

export interface Message extends Position {
  /** As it was appended; from a foreign producer, anything. `null` where the producer sent none. */
  readonly value: Buffer | null;
  /** When the log took it, in milliseconds since 1970. */
  readonly appendedAtMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a reader does with messages; it owns its progress and stores it with the effect, in one transaction. */
export interface MessageHandler {
  /** @returns The offset to read next, for each partition that has stored progress; others start at their beginning. */
  progress(partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /**
   * Applies a batch of one partition, offsets rising, and stores `nextOffset` as its progress.
   * When it throws, the log pauses, asks for `progress` again and delivers from there: a batch can arrive twice or in
   * other cuts. In one process it runs for several partitions at once, and never twice at once for one. Over processes it can: a member that was
   * held up may still apply what the group has given to another. So the transaction locks the stored progress, and takes
   * nothing from a batch that lies below it.
   */
  apply(batch: MessageBatch): Promise<void>;
}

export interface MessageBatch {
  readonly partition: number;
  /** At most `batchSizeMax` messages; none where all that was read had been erased. */
  readonly messages: readonly Message[];
  /** One past the last message that was read. */
  readonly nextOffset: number;
}

export interface ConsumeOptions {
  readonly batchSizeMax: number;
  /** Told of every failure that the consumer goes on after. */
  readonly onError: (error: unknown) => void;
}

export interface Consumer {
  /**
   * How many messages wait to be applied, over the partitions that this consumer reads, and over all of them until it
   * knows which those are. Gaps count as messages until they are passed; 0 when there is nothing left to read.
   * @throws when the log cannot be asked.
   */
  lag(): Promise<number>;
  /** Resolves when no `apply` runs any more; the batch at hand is finished first. Does not wait for a log that is away. */
  stop(): Promise<void>;
}

/**
 * An append-only log of user events: durable, read in order within a partition, at least once.
 * Adapters run `event-log.contract.ts`.
 */
export interface EventLog {
  /** Names the log in tokens and in stored progress. */
  readonly name: string;
  /**
   * Appends all messages, or throws and may have appended some: the caller repeats, and event ids make that harmless.
   * @returns Positions in the order of the input, once the messages survive a crash of the log.
   */
  append(messages: readonly NewMessage[]): Promise<readonly Position[]>;
  /**
   * Starts to deliver, and goes on whatever fails until it is stopped; also while the log is away, so it does not throw.
   * Members of one group (the log's name) share the partitions.
   */
  consume(handler: MessageHandler, options: ConsumeOptions): Promise<Consumer>;
  /** @returns For every partition, one past the last message that is in the log now; its first offset where there is none. */
  ends(): Promise<ReadonlyMap<number, number>>;
  /** Deletes what a user's messages hold, where the log can do that for single messages; else does nothing. Progress passes their places. */
  erase(catalog: CatalogId, user: UserId): Promise<void>;
  /**
   * Deletes messages that are both below these offsets and appended before that moment, where the log does not expire
   * messages by itself; else does nothing. Offsets go on from where they were.
   */
  trim(before: ReadonlyMap<number, number>, appendedBeforeMs: number): Promise<void>;
  /** Stops the consumers, finishes the appends at hand and refuses others. */
  close(): Promise<void>;
}
