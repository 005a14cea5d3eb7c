import type { Position } from '@kindred/shared/event-log/event-log';

/** Position and time at which a message first entered the log; kept when it is retried from the dead-letter queue. */
export interface FirstPlace extends Position {
  readonly appendedAtMs: number;
}

/** A message that could not be read as an event, identified by its first place. */
export interface DeadLetter extends FirstPlace {
  /** At most `REASON_MAX` characters. */
  readonly reason: string;
  readonly value: Buffer;
  /** Headers of the message, without those of the first place. */
  readonly headers: Readonly<Record<string, string>>;
  /** Catalog named by the message, else `main`; it need not exist. */
  readonly catalog: string;
  /** User named by the message, else ''. */
  readonly user: string;
}

export const REASON_MAX = 1_000;

/**
 * The dead-letter queue of an event log. Each message is in it once, by its first place. Every change is durable and
 * seen by every process once it has resolved, and may be repeated. Adapters run `dead-letters.contract.ts`.
 */
export interface DeadLetters {
  /** Stores letters with all their bytes, reasons cut to `REASON_MAX`; a letter replaces an earlier one of its first place. */
  send(log: string, letters: readonly DeadLetter[]): Promise<void>;
  /** @returns Letters that were not removed since they were sent, by first place: partition, then offset. */
  list(log: string): Promise<readonly DeadLetter[]>;
  /** Removes letters by their first places. */
  remove(log: string, places: readonly Position[]): Promise<void>;
  /**
   * Removes the letters that name a user of a catalog: from then on nothing that reads the store finds them. Each adapter
   * says when the bytes of removed and replaced letters leave the disk.
   */
  erase(log: string, catalog: string, user: string): Promise<void>;
}
