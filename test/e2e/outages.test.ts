import { startTestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { test } from 'vitest';
import { surviveOutages } from '../faults/outages.ts';
import { seededRandom } from '../faults/random.ts';

const availability = await testBrokerAvailability();
const isOurs = availability.way === 'docker' || availability.way === 'local';

// A broker that is not ours is not ours to kill.
test.skipIf(!isOurs)(
  'a kill and a short outage of the broker and of the database are survived',
  async () => {
    const broker = await startTestBroker(availability);
    await surviveOutages(broker, { kills: 1, awayMs: 2_000 }, seededRandom('outages'));
    await broker.stop();
  },
  240_000,
);
