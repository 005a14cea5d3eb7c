import type { Position } from '@kindred/shared/event-log/event-log';

/** Position and time at which a message first entered the log; kept when it is retried from the dead-letter queue. */
export interface FirstPlace extends Position {
  readonly appendedAtMs: number;
}

/** A message that could not be read as an event, identified by its first place. */
export interface DeadLetter extends FirstPlace {
  readonly reason: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Catalog named by the message, else `main`; it need not exist. */
  readonly catalog: string;
  /** User named by the message, else ''. */
  readonly user: string;
}

/** The dead-letter queue of an event log. Every adapter keeps each message once, by its first place. */
export interface DeadLetters {
  /** Stores letters; one with the same first place replaces the earlier. */
  send(log: string, letters: readonly DeadLetter[]): Promise<void>;
  /** @returns Letters that were neither retried nor erased since they were sent. */
  list(log: string): Promise<readonly DeadLetter[]>;
  /** Removes letters whose messages are back in the log. */
  markRetried(log: string, letters: readonly DeadLetter[]): Promise<void>;
}
