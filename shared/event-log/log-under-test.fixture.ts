import { afterAll, beforeAll } from 'vitest';
import type { Consumer, EventLog, Message, MessageHandler, Position } from './event-log.ts';

/** A log of its own for one test, empty at first. */
export interface LogUnderTest {
  /** The same log as another process would open it. */
  open(): EventLog;
  /** Puts a value into the log past `append`, as another producer could. */
  appendForeign(value: Buffer): Promise<void>;
  /** Closes all that was opened. */
  dispose(): Promise<void>;
}

export interface LogContract {
  /** Called once before the first test. */
  readonly start: () => Promise<() => Promise<LogUnderTest>>;
  readonly stop: () => Promise<void>;
  /** True if the log deletes single messages; if not, `erase` and `trim` must change nothing. */
  readonly deletes: boolean;
}

/** Runs a test with a log of its own. */
export type WithLog = (work: (log: EventLog, under: LogUnderTest) => Promise<void>) => Promise<void>;

/** Starts and stops what the tests of one suite share. */
export function logTests({ start, stop }: LogContract): WithLog {
  let fresh: () => Promise<LogUnderTest>;
  beforeAll(async () => {
    fresh = await start();
  });
  afterAll(stop);
  return async (work) => {
    const under = await fresh();
    try {
      await work(under.open(), under);
    } finally {
      await under.dispose();
    }
  };
}

export function consume(log: EventLog, handler: MessageHandler, batchSizeMax = 100): Promise<Consumer> {
  return log.consume(handler, { batchSizeMax, onError: () => {} });
}

/** A message's text and its position. */
export interface Place extends Position {
  readonly text: string;
}

export function placeOf({ partition, offset, value }: Message): Place {
  return { partition, offset, text: value?.toString() ?? '' };
}

export function byPlace(places: readonly Place[]): Place[] {
  return [...places].sort((left, right) => left.partition - right.partition || left.offset - right.offset);
}
