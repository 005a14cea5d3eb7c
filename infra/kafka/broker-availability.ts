import { spawnSync } from 'node:child_process';
import { hasBrokerJars } from './broker-jars.ts';
import { hasDocker } from './docker-broker.ts';

/** Which way to a Kafka broker this machine has. */
export type BrokerAvailability =
  | { readonly way: 'given'; readonly brokers: readonly string[] }
  | { readonly way: 'docker' }
  | { readonly way: 'local' }
  | { readonly way: 'none'; readonly reason: string };

const JAVA_VERSION_MIN = 17;

/**
 * Looks for the brokers that `KAFKA_BROKERS` names (`host:port`, commas between), else for a Docker engine, else for what a
 * local one needs:
 * Java, and Maven unless the jars were fetched before. Costs up to a second: it asks Java and Maven for their versions.
 */
export async function brokerAvailability(
  jarsFolder: string,
  given = process.env.KAFKA_BROKERS ?? '',
): Promise<BrokerAvailability> {
  const brokers = given
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
  if (brokers.length > 0) return { way: 'given', brokers };
  if (hasDocker()) return { way: 'docker' };
  const missing = [
    ...(javaVersion() >= JAVA_VERSION_MIN ? [] : [`Java ${JAVA_VERSION_MIN} or newer`]),
    ...((await hasBrokerJars(jarsFolder)) || answers('mvn', '--version') ? [] : ['Maven']),
  ];
  if (missing.length === 0) return { way: 'local' };
  return {
    way: 'none',
    reason: `KAFKA_BROKERS is not set, no Docker engine answers, and a local broker lacks ${missing.join(' and ')}`,
  };
}

/** @returns 0 where there is no Java. */
function javaVersion(): number {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}

function answers(command: string, argument: string): boolean {
  return spawnSync(command, [argument], { stdio: 'ignore' }).status === 0;
}
