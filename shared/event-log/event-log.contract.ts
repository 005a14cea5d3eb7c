import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CatalogId, UserId } from '../id.ts';
import { catalogIdSchema, userIdSchema } from '../id.ts';
import type { Consumer, EventLog, Message, MessageBatch, MessageHandler, NewMessage, Position } from './event-log.ts';

/** A log of its own for one test, empty at first. */
export interface LogUnderTest {
  /** The same log as another process would open it. */
  open(): EventLog;
  /** Puts a value into the log past `append`, as another producer could. */
  appendForeign(value: Buffer): Promise<void>;
  /** Closes what was opened. */
  dispose(): Promise<void>;
}

export interface LogContract {
  /** Called once before the first test. */
  readonly start: () => Promise<() => Promise<LogUnderTest>>;
  readonly stop: () => Promise<void>;
  /** Whether the log deletes single messages; if not, `erase` and `trim` must change nothing. */
  readonly deletes: boolean;
}

export const CATALOG: CatalogId = catalogIdSchema.parse('main');

export function userOf(name: string | number): UserId {
  return userIdSchema.parse(`user ${name}`);
}

/** @param text  What the test knows the message by. */
export function messageOf(text: string, user: UserId = userOf(text)): NewMessage {
  return { catalog: CATALOG, user, value: Buffer.from(text) };
}

/**
 * A handler that keeps what a database would: the messages applied and each partition's progress, changed together.
 * Like every handler it takes nothing from below its progress.
 */
export class RecordingHandler implements MessageHandler {
  readonly applied: Message[] = [];
  readonly stored = new Map<number, number>();
  /** Called before a batch takes effect: may wait, or throw. */
  beforeApply: (batch: MessageBatch) => Promise<void> = async () => {};
  /** Called after a batch took effect: throws as when the answer to a commit is lost. */
  afterApply: (batch: MessageBatch) => Promise<void> = async () => {};
  #running = new Set<number>();

  async progress(partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    return new Map([...this.stored].filter(([partition]) => partitions.includes(partition)));
  }

  async apply(batch: MessageBatch): Promise<void> {
    const { partition, messages, nextOffset } = batch;
    expect(this.#running.has(partition), 'one apply at a time for a partition').toBe(false);
    this.#running.add(partition);
    try {
      await this.beforeApply(batch);
      const progress = this.stored.get(partition) ?? 0;
      this.applied.push(...messages.filter((message) => message.offset >= progress));
      this.stored.set(partition, Math.max(progress, nextOffset));
      await this.afterApply(batch);
    } finally {
      this.#running.delete(partition);
    }
  }

  texts(): string[] {
    return this.applied.map((message) => message.value?.toString() ?? '');
  }
}

/** Waits until `condition` holds; fails after `timeoutMs`. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; !(await condition()); await sleep(10)) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${condition}`);
  }
}

const ignore = (): void => {};

/** What every event log must keep. */
export function eventLogContract({ start, stop, deletes }: LogContract): void {
  let fresh: () => Promise<LogUnderTest>;
  beforeAll(async () => {
    fresh = await start();
  });
  afterAll(stop);

  async function withLog(work: (log: EventLog, under: LogUnderTest) => Promise<void>): Promise<void> {
    const under = await fresh();
    try {
      await work(under.open(), under);
    } finally {
      await under.dispose();
    }
  }

  function consume(log: EventLog, handler: MessageHandler, batchSizeMax = 100): Promise<Consumer> {
    return log.consume(handler, { batchSizeMax, onError: ignore });
  }

  test('an append answers where each message stands, in the order of the input', () =>
    withLog(async (log) => {
      const texts = Array.from({ length: 250 }, (_, index) => `message ${index}`);
      const startedMs = Date.now();
      const positions = await log.append(texts.map((text) => messageOf(text)));
      expect(await log.append([])).toEqual([]);
      const handler = new RecordingHandler();
      await consume(log, handler, 7);
      await until(() => handler.applied.length >= texts.length);
      expect(byPlace(handler.applied.map(placeOf))).toEqual(
        byPlace(texts.map((text, i) => ({ ...positions[i]!, text }))),
      );
      for (const message of handler.applied) expect(Math.abs(message.appendedAtMs - startedMs)).toBeLessThan(60_000);
    }));

  test('a partition is delivered in order, in batches of at most the size asked for', () =>
    withLog(async (log) => {
      const handler = new RecordingHandler();
      const batches: MessageBatch[] = [];
      handler.beforeApply = async (batch) => void batches.push(batch);
      await consume(log, handler, 10);
      const users = [userOf('a'), userOf('b'), userOf('c')];
      for (let round = 0; round < 20; round++) {
        await log.append(users.map((user) => messageOf(`${user} ${round}`, user)));
      }
      await until(() => handler.applied.length === 60);
      for (const user of users) {
        const own = handler.texts().filter((text) => text.startsWith(user));
        expect(own).toEqual(Array.from({ length: 20 }, (_, round) => `${user} ${round}`));
      }
      for (const { messages, nextOffset, partition } of batches) {
        expect(messages.length).toBeGreaterThan(0);
        expect(messages.length).toBeLessThanOrEqual(10);
        expect(nextOffset).toBe(messages.at(-1)!.offset + 1);
        expect(messages.every((message) => message.partition === partition)).toBe(true);
        const offsets = messages.map((message) => message.offset);
        expect(offsets).toEqual([...new Set(offsets)].sort((left, right) => left - right));
      }
    }));

  test('a batch that fails is delivered again, and nothing after it is lost', () =>
    withLog(async (log) => {
      const texts = Array.from({ length: 40 }, (_, index) => `message ${index}`);
      const user = userOf('one');
      await log.append(texts.map((text) => messageOf(text, user)));
      const handler = new RecordingHandler();
      const errors: unknown[] = [];
      let failuresLeft = 3;
      handler.beforeApply = async ({ messages }) => {
        if (messages.some((message) => message.value?.toString() === 'message 15') && failuresLeft-- > 0) {
          throw new Error('the database is away');
        }
      };
      await log.consume(handler, { batchSizeMax: 10, onError: (error) => errors.push(error) });
      await until(() => handler.applied.length >= texts.length);
      expect(handler.texts()).toEqual(texts);
      expect(errors.map((error) => error instanceof Error && error.message)).toEqual(
        Array(3).fill('the database is away'),
      );
    }));

  test('a consumer starts again from stored progress', () =>
    withLog(async (log, under) => {
      const handler = new RecordingHandler();
      const user = userOf('one');
      await log.append([messageOf('before', user)]);
      const first = await consume(log, handler);
      await until(() => handler.applied.length === 1);
      await first.stop();
      await log.append([messageOf('between', user)]);
      const delivered: string[] = [];
      handler.beforeApply = async ({ messages }) => {
        delivered.push(...messages.map((message) => message.value?.toString() ?? ''));
      };
      await consume(under.open(), handler);
      await log.append([messageOf('after', user)]);
      await until(() => handler.applied.length === 3);
      expect(delivered).toEqual(['between', 'after']);
    }));

  test('what another producer wrote is delivered as it is', () =>
    withLog(async (log, under) => {
      const garbage = Buffer.from([0x7b, 0xff, 0x00, 0x22]);
      await under.appendForeign(garbage);
      await log.append([messageOf('ours')]);
      const handler = new RecordingHandler();
      await consume(log, handler);
      await until(() => handler.applied.length === 2);
      expect(handler.applied.map((message) => message.value)).toEqual(
        expect.arrayContaining([garbage, Buffer.from('ours')]),
      );
    }));

  test('the lag counts what waits and returns to 0', () =>
    withLog(async (log) => {
      const handler = new RecordingHandler();
      let isHeld = true;
      handler.beforeApply = () => until(() => !isHeld);
      const consumer = await consume(log, handler, 5);
      await log.append(Array.from({ length: 30 }, (_, index) => messageOf(`message ${index}`)));
      expect(await consumer.lag()).toBe(30);
      isHeld = false;
      await until(async () => (await consumer.lag()) === 0);
      expect(handler.applied.length).toBe(30);
    }));

  test('a stop finishes the batch at hand and begins no other', () =>
    withLog(async (log) => {
      const user = userOf('one');
      await log.append(Array.from({ length: 20 }, (_, index) => messageOf(`message ${index}`, user)));
      const handler = new RecordingHandler();
      let begun = 0;
      handler.beforeApply = async () => {
        begun++;
        await sleep(300);
      };
      const consumer = await consume(log, handler, 5);
      await until(() => begun === 1);
      await consumer.stop();
      expect(handler.applied.length).toBe(5);
      await sleep(700);
      expect(begun).toBe(1);
    }));

  test('the ends lie one past the last messages', () =>
    withLog(async (log) => {
      const positions = await log.append(Array.from({ length: 50 }, (_, index) => messageOf(`message ${index}`)));
      const ends = await log.ends();
      for (const { partition, offset } of positions) expect(ends.get(partition)).toBeGreaterThan(offset);
      const last = Math.max(...positions.map(({ offset }) => offset));
      expect(Math.max(...ends.values())).toBe(last + 1);
    }));

  test(deletes ? 'an erased user has no messages any more' : 'an erasure changes nothing', () =>
    withLog(async (log) => {
      await log.append([messageOf('gone', userOf('gone')), messageOf('kept', userOf('kept'))]);
      await log.erase(CATALOG, userOf('gone'));
      await log.append([messageOf('later', userOf('gone'))]);
      const handler = new RecordingHandler();
      await consume(log, handler);
      const expected = deletes ? ['kept', 'later'] : ['gone', 'kept', 'later'];
      await until(() => handler.applied.length >= expected.length);
      expect(handler.texts().sort()).toEqual(expected);
    }),
  );

  test('progress passes an erased message at the end', () =>
    withLog(async (log) => {
      await log.append([messageOf('kept', userOf('kept'))]);
      const [last] = await log.append([messageOf('gone', userOf('gone'))]);
      await log.erase(CATALOG, userOf('gone'));
      const handler = new RecordingHandler();
      await consume(log, handler);
      const { partition, offset } = last!;
      await until(async () => ((await handler.progress([partition])).get(partition) ?? 0) > offset);
    }));

  test(deletes ? 'a trim deletes what is below the offsets and old enough' : 'a trim changes nothing', () =>
    withLog(async (log) => {
      const positions: Position[] = [];
      for (const text of ['first', 'second', 'third']) positions.push(...(await log.append([messageOf(text)])));
      const { partition, offset } = positions[1]!;
      await log.trim(new Map([[partition, offset]]), Date.now() - 600_000);
      await log.trim(new Map([[partition, offset]]), Date.now() + 600_000);
      const handler = new RecordingHandler();
      await consume(log, handler);
      const expected = deletes ? ['second', 'third'] : ['first', 'second', 'third'];
      await until(() => handler.applied.length >= expected.length);
      expect(handler.texts().sort()).toEqual([...expected].sort());
    }),
  );

  test('a closed log refuses appends', () =>
    withLog(async (log) => {
      await log.append([messageOf('one')]);
      await log.close();
      await expect(log.append([messageOf('two')])).rejects.toThrow('closed');
    }));

  describe('under writers at once, a handler that fails and consumers that stop', () => {
    const plan = fc.record({
      writers: fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }), {
        minLength: 1,
        maxLength: 5,
      }),
      batchSizeMax: fc.integer({ min: 1, max: 30 }),
      /** What becomes of the batches, in turn: applied, failed before its effect, failed after it. */
      outcomes: fc.array(fc.constantFrom('applied', 'applied', 'applied', 'failed', 'lost answer'), { maxLength: 12 }),
      /** After how many batches the consumer is stopped and another one started. */
      stops: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
    });

    test('every message takes effect once', async () => {
      await fc.assert(
        fc.asyncProperty(plan, ({ writers, batchSizeMax, outcomes, stops }) =>
          withLog(async (log, under) => {
            const handler = new RecordingHandler();
            const left = [...outcomes];
            let batches = 0;
            let outcome: string | undefined;
            handler.beforeApply = async () => {
              batches++;
              outcome = left.shift();
              if (outcome === 'failed') throw new Error('failed');
            };
            handler.afterApply = async () => {
              if (outcome === 'lost answer') throw new Error('lost answer');
            };
            let consumer = await consume(log, handler, batchSizeMax);
            const writing = Promise.all(writers.map((sizes, writer) => write(log, sizes, `writer ${writer}`)));
            const total = writers.flat().reduce((sum, size) => sum + size, 0);
            for (const count of stops) {
              const begun = batches;
              await until(() => batches >= begun + count || handler.applied.length === total);
              await consumer.stop();
              consumer = await consume(under.open(), handler, batchSizeMax);
            }
            const written = (await writing).flat();
            await until(() => handler.applied.length >= total);
            await until(async () => (await consumer.lag()) === 0);
            expect(byPlace(handler.applied.map(placeOf))).toEqual(byPlace(written));
          }),
        ),
        { numRuns: 5 },
      );
    }, 180_000);
  });
}

interface Place extends Position {
  readonly text: string;
}

async function write(log: EventLog, sizes: readonly number[], name: string): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const [round, size] of sizes.entries()) {
    const texts = Array.from({ length: size }, (_, index) => `${name}, round ${round}, ${index}`);
    const positions = await log.append(texts.map((text) => messageOf(text, userOf(text.length % 3))));
    places.push(...texts.map((text, index) => ({ ...positions[index]!, text })));
  }
  return places;
}

function placeOf({ partition, offset, value }: Message): Place {
  return { partition, offset, text: value?.toString() ?? '' };
}

function byPlace(places: readonly Place[]): Place[] {
  return [...places].sort((left, right) => left.partition - right.partition || left.offset - right.offset);
}
