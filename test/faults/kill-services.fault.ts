import { startTestBroker, testBrokerAvailability } from '@kindred/infra/kafka/test-broker';
import { test } from 'vitest';
import { killServices } from './kill-services.ts';
import { seededRandom } from './random.ts';

const availability = await testBrokerAvailability();

test.skipIf(availability.way === 'none')(
  '25 kills −9 of services lose nothing acknowledged',
  async () => {
    const broker = await startTestBroker(availability);
    await killServices(broker, Number(process.env.KILLS ?? 25), seededRandom('kills of services'));
    await broker.stop();
  },
  1_200_000,
);
