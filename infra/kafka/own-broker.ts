import type { BrokerAvailability } from './broker-availability.ts';
import { startDockerBroker } from './docker-broker.ts';
import { type LocalBroker, startLocalBroker } from './local-broker.ts';

export interface Broker {
  readonly brokers: readonly string[];
  /** Ours, to stop and to kill; absent where `KAFKA_BROKERS` names brokers that are not. */
  readonly own: LocalBroker | undefined;
}

/** A broker by the way that this machine has. @throws where it has none. */
export async function startBroker(
  availability: BrokerAvailability,
  { folder, jarsFolder, log }: { folder: string; jarsFolder: string; log?: (line: string) => void },
): Promise<Broker> {
  switch (availability.way) {
    case 'given':
      return { brokers: availability.brokers, own: undefined };
    case 'docker':
      return owned(await startDockerBroker());
    case 'local':
      return owned(await startLocalBroker({ folder, jarsFolder, ...(log && { log }) }));
    case 'none':
      throw new Error(availability.reason);
    default:
      return availability satisfies never;
  }
}

function owned(own: LocalBroker): Broker {
  return { brokers: own.brokers, own };
}
