import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrokerAvailability, brokerAvailability } from './broker-availability.ts';
import { brokerJars } from './broker-jars.ts';
import { type LocalBroker, startLocalBroker } from './local-broker.ts';

export interface TestBroker {
  readonly brokers: readonly string[];
  /** Absent where `KAFKA_BROKERS` names brokers that are not ours to stop. */
  readonly local: LocalBroker | undefined;
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

/** The brokers of `KAFKA_BROKERS`, or a local one in a temporary folder. */
export async function startTestBroker(availability: BrokerAvailability): Promise<TestBroker> {
  switch (availability.way) {
    case 'given':
      return { brokers: availability.brokers, local: undefined, stop: async () => {} };
    case 'local': {
      const folder = await mkdtemp(join(tmpdir(), 'kindred-kafka-'));
      const local = await startLocalBroker({ folder, jarsFolder: JARS_FOLDER });
      const stop = async (): Promise<void> => {
        await local.stop();
        await rm(folder, { recursive: true, force: true });
      };
      return { brokers: local.brokers, local, stop };
    }
    case 'none':
      throw new Error(availability.reason);
    default:
      return availability satisfies never;
  }
}
