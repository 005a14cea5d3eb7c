import type { BrokerAvailability } from './broker-availability.ts';
import { DockerBroker } from './docker-broker.ts';
import { JavaBroker } from './java-broker.ts';
import type { LocalBroker } from './local-broker.ts';

/** Brokers to use, given or our own. */
export interface Broker {
  /** `host:port` of each. */
  readonly brokers: readonly string[];
  /** Ours to stop and to kill; `undefined` for brokers that `KAFKA_BROKERS` names. */
  readonly own: LocalBroker | undefined;
}

/** Folders of a broker of our own, and whom to tell of its start. */
export interface BrokerFolders {
  /** Data of a broker that runs without Docker. */
  readonly folder: string;
  /** Jars of all such brokers. */
  readonly jarsFolder: string;
  /** Told in a sentence of what takes long. */
  readonly log?: (line: string) => void;
}

/** A broker in the way that this machine has. @throws where it has none. */
export async function startBroker(availability: BrokerAvailability, folders: BrokerFolders): Promise<Broker> {
  switch (availability.way) {
    case 'given':
      return { brokers: availability.brokers, own: undefined };
    case 'docker':
      return owned(await DockerBroker.start());
    case 'local': {
      const { folder, jarsFolder, log } = folders;
      return owned(await JavaBroker.start({ folder, jarsFolder, log }));
    }
    case 'none':
      throw new Error(availability.reason);
    default:
      return availability satisfies never;
  }
}

function owned(own: LocalBroker): Broker {
  return { brokers: own.brokers, own };
}
