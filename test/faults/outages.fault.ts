import { startTestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { test } from 'vitest';
import { surviveOutages } from './outages.ts';
import { seededRandom } from './random.ts';

const availability = await testBrokerAvailability();
const isOurs = availability.way === 'docker' || availability.way === 'local';

test.skipIf(!isOurs)(
  'outages of the broker and the database are survived',
  async () => {
    const broker = await startTestBroker(availability);
    const kills = Number(process.env.KILLS ?? 10);
    const awayMs = Number(process.env.AWAY_MS ?? 60_000);
    await surviveOutages(broker, { kills, awayMs }, seededRandom('outages'));
    await broker.stop();
  },
  1_800_000,
);
