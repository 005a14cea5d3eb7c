import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrokerAvailability, brokerAvailability } from './broker-availability.ts';
import { brokerJars } from './broker-jars.ts';
import { type Broker, startBroker } from './own-broker.ts';

export interface TestBroker extends Broker {
  stop(): Promise<void>;
}

/** The clone's own, so that the jars are fetched once. */
const JARS_FOLDER = join(import.meta.dirname, '..', '..', '.kindred', 'kafka');

/**
 * What a test file needs to know before it declares its suites; fetches the jars if need be. Under `CI` a machine
 * without a broker is an error; elsewhere the suites are skipped under a name that says why.
 */
export async function testBrokerAvailability(): Promise<BrokerAvailability> {
  const availability = await withJars(await brokerAvailability(JARS_FOLDER));
  if (availability.way === 'none') {
    if (process.env.CI) throw new Error(`no Kafka to test with: ${availability.reason}`);
    console.warn(`Kafka is not tested: ${availability.reason}`);
  }
  return availability;
}

/** A machine with Maven may still be without a network. */
async function withJars(availability: BrokerAvailability): Promise<BrokerAvailability> {
  if (availability.way !== 'local') return availability;
  return brokerJars(JARS_FOLDER, console.warn).then(
    () => availability,
    (error: Error) => ({ way: 'none', reason: error.message }),
  );
}

/** The brokers of `KAFKA_BROKERS`, or one of our own with its data in a temporary folder. */
export async function startTestBroker(availability: BrokerAvailability): Promise<TestBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-kafka-'));
  const broker = await startBroker(availability, { folder, jarsFolder: JARS_FOLDER });
  return {
    ...broker,
    stop: async () => {
      await broker.own?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
