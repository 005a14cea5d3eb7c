import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageOf, RecordingHandler, until, userOf } from './event-log.fixture.ts';
import type { EventLog } from './event-log.ts';
import { byPlace, consume, type Place, placeOf, type WithLog } from './log-under-test.fixture.ts';

/** Promises of every event log to its consumers, whatever fails: at least once, in order, from stored progress. */
export function eventLogDelivery(withLog: WithLog): void {
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
      expect(consumer.isRunning).toBe(true);
      await consumer.stop();
      expect(consumer.isRunning).toBe(false);
      expect(handler.applied.length).toBe(5);
      await sleep(700);
      expect(begun).toBe(1);
    }));

  describe('under writers at once, a handler that fails and consumers that stop', () => {
    const plan = fc.record({
      writers: fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }), {
        minLength: 1,
        maxLength: 5,
      }),
      batchSizeMax: fc.integer({ min: 1, max: 30 }),
      /** Outcomes of the batches, in turn: applied, failed before the effect, failed after it. */
      outcomes: fc.array(fc.constantFrom('applied', 'applied', 'applied', 'failed', 'lost answer'), { maxLength: 12 }),
      /** Numbers of batches after which the consumer is stopped and another one started. */
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

async function write(log: EventLog, sizes: readonly number[], name: string): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const [round, size] of sizes.entries()) {
    const texts = Array.from({ length: size }, (_, index) => `${name}, round ${round}, ${index}`);
    const positions = await log.append(texts.map((text) => messageOf(text, userOf(text.length % 3))));
    places.push(...texts.map((text, index) => ({ ...positions[index]!, text })));
  }
  return places;
}
