/** Header with the id of the HTTP request that a message came by. It only serves logs, so an event log may drop it. */
export const REQUEST_ID_HEADER = 'request-id';

/** One message to append. */
export interface NewMessage {
  /** Catalog that the message names; it need not exist. */
  readonly catalog: string;
  /** User that the message names, else ''. A log that deletes single messages finds those of a user by it. */
  readonly user: string;
  /** The event as JSON in UTF-8, with its `catalog`; from the dead-letter queue, any bytes. */
  readonly value: Buffer;
  /** Small text values that travel with the message. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Place of a message in the log. Offsets of one partition rise in the order in which readers see its messages. */
export interface Position {
  readonly partition: number;
  readonly offset: number;
}

/** A message as readers see it. */
export interface Message extends Position {
  /** As it was appended; from another producer, any bytes, or `null` for none. */
  readonly value: Buffer | null;
  /** Time at which the log took the message, in milliseconds since 1970. */
  readonly appendedAtMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Applies messages. It owns its progress and stores that with the effect, in one transaction. */
export interface MessageHandler {
  /** @returns The offset to read next, for each partition that has stored progress; others start at their beginning. */
  progress(partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /**
   * Applies a batch of one partition, offsets rising, and stores `nextOffset` as its progress.
   * If it throws, the log pauses, asks for `progress` again and delivers from there: a batch can arrive twice, or cut
   * differently. In one process it runs for several partitions at once, and never twice at once for one partition. Two
   * processes can apply the same partition: a member that was held up may still apply what the group has given to
   * another. So the transaction locks the stored progress and takes nothing from a batch that lies below it.
   */
  apply(batch: MessageBatch): Promise<void>;
}

/** Messages of one partition, offsets rising. */
export interface MessageBatch {
  readonly partition: number;
  /** At most `batchSizeMax` messages; none if all that were read had been erased. */
  readonly messages: readonly Message[];
  /** One past the last message that was read. */
  readonly nextOffset: number;
}

/** Size of batches, and where failures go. */
export interface ConsumeOptions {
  readonly batchSizeMax: number;
  /** Receives every failure; the consumer goes on after each. */
  readonly onError: (error: unknown) => void;
}

/** A member of the log's group, from `consume` to its end. */
export interface Consumer {
  /** False once it was stopped, or has ended by a failure that it cannot go on after. */
  readonly isRunning: boolean;
  /**
   * Messages that wait to be applied, over the partitions that this consumer reads; over all partitions until the group
   * has assigned some. Gaps count as messages until they are passed; 0 if there is nothing left to read.
   * @throws if the log cannot be asked.
   */
  lag(): Promise<number>;
  /** Resolves once no `apply` runs any more; finishes the batch at hand first. Does not wait for an unavailable log. */
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
   * Appends all messages, or throws and may have appended some: callers repeat, and event ids make that harmless.
   * @returns Positions in the order of the input, once the messages survive a crash of the log.
   */
  append(messages: readonly NewMessage[]): Promise<readonly Position[]>;
  /**
   * Delivers until it is stopped, whatever fails, also while the log is unavailable; so it does not throw.
   * Members of one group (the log's name) share the partitions.
   */
  consume(handler: MessageHandler, options: ConsumeOptions): Promise<Consumer>;
  /** @returns One past the last message for every partition; its first offset for an empty one. */
  ends(): Promise<ReadonlyMap<number, number>>;
  /**
   * Deletes the contents of a user's messages if the log can do that for single messages; else does nothing. Progress
   * passes their places.
   */
  erase(catalog: string, user: string): Promise<void>;
  /**
   * Deletes messages that are both below these offsets and appended before that moment, unless the log expires messages
   * by itself. Offsets go on from where they were.
   */
  trim(before: ReadonlyMap<number, number>, appendedBeforeMs: number): Promise<void>;
  /** Stops the consumers, finishes the appends at hand and refuses others. */
  close(): Promise<void>;
}
