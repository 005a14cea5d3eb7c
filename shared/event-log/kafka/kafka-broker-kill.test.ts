import { setTimeout as sleep } from 'node:timers/promises';
import { startTestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageOf, RecordingHandler, until } from '../event-log.fixture.ts';
import type { Position } from '../event-log.ts';
import { KafkaUnderTest } from './kafka-topic.fixture.ts';

const availability = await testBrokerAvailability();
const why = availability.way === 'none' ? ` (skipped: ${availability.reason})` : '';
// A broker that is not ours is not ours to kill.
const isOurs = availability.way === 'docker' || availability.way === 'local';

let under: KafkaUnderTest;
beforeAll(async () => {
  if (isOurs) under = await KafkaUnderTest.connect(await startTestBroker(availability));
});
afterAll(() => under?.stop());

describe.skipIf(!isOurs)(`with a broker that is killed, the Kafka event log${why}`, () => {
  const patient = { timeout: 180_000 };

  test('loses nothing that it acknowledged', patient, () =>
    under.withTopic({}, async ({ open }) => {
      const log = open();
      const handler = new RecordingHandler();
      await log.consume(handler, { batchSizeMax: 200, onError: () => {} });
      /** The text at each place that an append answered. */
      const acknowledged = new Map<string, string>();
      let isOver = false;
      let sent = 0;
      const writer = async (): Promise<void> => {
        while (!isOver) {
          const texts = Array.from({ length: 10 }, () => `message ${sent++}`);
          const positions = await log.append(texts.map((text) => messageOf(text))).catch(() => []);
          for (const [index, position] of positions.entries()) acknowledged.set(placeOf(position), texts[index] ?? '');
          await sleep(5);
        }
      };
      const writing = Promise.all([writer(), writer(), writer()]);
      await until(() => acknowledged.size > 1_500);
      await under.broker.own?.kill();
      await under.broker.own?.restart();
      const atRestart = acknowledged.size;
      await until(() => acknowledged.size > atRestart + 1_500);
      isOver = true;
      await writing;
      const applied = (): ReadonlyMap<string, string | undefined> =>
        new Map(handler.applied.map((message) => [placeOf(message), message.value?.toString()]));
      await until(() => {
        const now = applied();
        return [...acknowledged.keys()].every((place) => now.has(place));
      });
      const last = applied();
      for (const [place, text] of acknowledged) expect(last.get(place)).toBe(text);
      expect(last.size).toBe(handler.applied.length);
    }),
  );

  test(
    'refuses appends within seconds while it is away, stops in time, and serves again when it is back',
    patient,
    () =>
      under.withTopic({}, async ({ open }) => {
        const log = open();
        const handler = new RecordingHandler();
        const consumer = await log.consume(handler, { batchSizeMax: 200, onError: () => {} });
        await log.append([messageOf('before')]);
        await until(() => handler.applied.length === 1);
        await under.broker.own?.kill();
        const begunMs = Date.now();
        await expect(log.append([messageOf('lost')])).rejects.toThrow('Kafka did not take the messages');
        expect(Date.now() - begunMs).toBeLessThan(7_000);
        await expect(consumer.lag()).rejects.toThrow();
        const stoppedMs = Date.now();
        await consumer.stop();
        expect(Date.now() - stoppedMs).toBeLessThan(10_000);
        const whileAway = await open().consume(handler, { batchSizeMax: 200, onError: () => {} });
        await under.broker.own?.restart();
        await log.append([messageOf('after')]);
        await until(() => handler.texts().includes('after'));
        await whileAway.stop();
      }),
  );
});

function placeOf({ partition, offset }: Position): string {
  return `${partition}/${offset}`;
}
