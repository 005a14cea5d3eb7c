import { spawnSync } from 'node:child_process';
import { readBrokers } from '../config.ts';
import { hasBrokerJars } from './broker-jars.ts';
import { hasDocker } from './docker-broker.ts';

/** Way in which this machine gets a Kafka broker. */
export type BrokerAvailability =
  | { readonly way: 'given'; readonly brokers: readonly string[] }
  | { readonly way: 'docker' }
  | { readonly way: 'local' }
  | { readonly way: 'none'; readonly reason: string };

const JAVA_VERSION_MIN = 17;

/**
 * Prefers brokers that are given, then a Docker engine, then a local broker, which needs Java, and Maven unless its jars
 * were fetched before. Costs up to a second: it asks Java and Maven for their versions.
 * @param given  Each as `host:port`; default those of `KAFKA_BROKERS`.
 */
export async function brokerAvailability(
  jarsFolder: string,
  given: readonly string[] = readBrokers(),
): Promise<BrokerAvailability> {
  if (given.length > 0) return { way: 'given', brokers: given };
  if (hasDocker()) return { way: 'docker' };
  const missing: string[] = [];
  if (javaVersion() < JAVA_VERSION_MIN) missing.push(`Java ${JAVA_VERSION_MIN} or newer`);
  if (!(await hasBrokerJars(jarsFolder)) && !hasMaven()) missing.push('Maven');
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

function hasMaven(): boolean {
  return spawnSync('mvn', ['--version'], { stdio: 'ignore' }).status === 0;
}
