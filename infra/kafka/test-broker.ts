import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCi } from '../config.ts';
import { type BrokerAvailability, brokerAvailability } from './broker-availability.ts';
import { brokerJars } from './broker-jars.ts';
import { type Broker, startBroker } from './own-broker.ts';

export interface TestBroker extends Broker {
  stop(): Promise<void>;
}

/** In the clone, so that the jars are fetched once. */
const JARS_FOLDER = join(import.meta.dirname, '..', '..', '.kindred', 'kafka');

/**
 * Tells a test file whether its suites can run, before it declares them; fetches the jars if need be. Under `CI` a machine
 * without a broker is an error; elsewhere the suites are skipped, and the reason is printed.
 */
export async function testBrokerAvailability(): Promise<BrokerAvailability> {
  const availability = await withJars(await brokerAvailability(JARS_FOLDER));
  if (availability.way === 'none') {
    if (isCi()) throw new Error(`no Kafka to test with: ${availability.reason}`);
    console.warn(`Kafka is not tested: ${availability.reason}`);
  }
  return availability;
}

/** Fetches the jars now: a machine with Maven may be without a network. */
async function withJars(availability: BrokerAvailability): Promise<BrokerAvailability> {
  if (availability.way !== 'local') return availability;
  return brokerJars(JARS_FOLDER, console.warn).then(
    () => availability,
    (error: Error) => ({ way: 'none', reason: error.message }),
  );
}

/** Brokers that `KAFKA_BROKERS` names, or one of our own with its data in a temporary folder, deleted at `stop`. */
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
