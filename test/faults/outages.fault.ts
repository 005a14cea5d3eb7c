import { startTestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { expect, test } from 'vitest';
import { surviveOutages } from './outages.ts';
import { seededRandom } from './random.ts';

const availability = await testBrokerAvailability();
/** The figure that docs/RELIABILITY.md promises. */
const RECOVERED_MS = 5_000;
const isOurs = availability.way === 'docker' || availability.way === 'local';

test.skipIf(!isOurs)(
  'outages of the broker and the database are survived',
  async () => {
    const broker = await startTestBroker(availability);
    const kills = Number(process.env.KILLS ?? 10);
    const awayMs = Number(process.env.AWAY_MS ?? 60_000);
    const times = await surviveOutages(broker, { kills, awayMs }, seededRandom('outages'));
    await broker.stop();
    for (const [name, { wholeMs }] of Object.entries(times)) expect(wholeMs, name).toBeLessThan(RECOVERED_MS);
    // Nothing has piled up after these.
    for (const name of ['broker', 'database', 'sessions', 'brokerOutage'] as const) {
      expect(times[name].caughtUpMs, name).toBeLessThan(RECOVERED_MS);
    }
  },
  1_800_000,
);
