import { join } from 'node:path';
import { ConfigError, StartError } from '@kindred/shared/platform/config';
import { onParentEnd } from '@kindred/shared/platform/parent-process';
import { readDistributedConfig } from '../config.ts';
import { brokerAvailability } from '../kafka/broker-availability.ts';
import type { LocalBroker } from '../kafka/local-broker.ts';
import { startBroker } from '../kafka/own-broker.ts';
import { createTopics } from '../kafka/topics.ts';
import { LocalPostgres } from '../postgres/local-postgres.ts';
import { migrate } from '../postgres/migrate.ts';
import { Cluster } from './cluster.ts';

// The distributed mode on one machine: a real broker, a real database and the four services, each a process that is
// started again when it dies. Prints one JSON line when all are ready, and again after each such start.

const DAY_MS = 86_400_000;
const TOPICS = { events: 'kindred.events', deadLetters: 'kindred.events.dead-letters' };
const BROKER_POLL_MS = 250;

try {
  await main();
} catch (error) {
  const known = error instanceof StartError;
  console.error(`Kindred: ${error instanceof Error ? (known ? error.message : error.stack) : error}`);
  process.exit(error instanceof ConfigError ? 78 : 1);
}

async function main(): Promise<void> {
  const { port, dataFolder, modelsFolder } = readDistributedConfig();
  const folder = join(dataFolder, 'distributed');
  const kafkaFolder = join(dataFolder, 'kafka');

  const availability = await brokerAvailability(kafkaFolder);
  if (availability.way === 'none') throw new StartError(`there is no way to a Kafka broker: ${availability.reason}`);
  say('starting PostgreSQL and Kafka …');
  const postgres = await LocalPostgres.start({ folder: join(folder, 'postgres') });
  const broker = await startBroker(availability, { folder: join(folder, 'kafka'), jarsFolder: kafkaFolder, log: say });
  await migrate(postgres.url);
  await createTopics({ brokers: broker.brokers }, TOPICS, { partitions: 6, retentionMs: 7 * DAY_MS, warn: say });

  let isStopping = false;
  const announce = (): void => {
    if (isStopping) return;
    const { catalogUrl, rankingUrl, trainerUrl } = cluster;
    const pids = { ...cluster.pids(), postgres: postgres.pid, ...(broker.own && { kafka: broker.own.pid }) };
    console.log(JSON.stringify({ catalogUrl, rankingUrl, trainerUrl, brokers: broker.brokers, pids }));
  };
  say('starting the services …');
  const cluster = await Cluster.start({
    databaseUrl: postgres.url,
    brokers: broker.brokers,
    folder,
    modelsFolder,
    ports: port === 0 ? {} : { ranking: port, ingestion: port + 1, index: port + 2, trainer: port + 3 },
    onOutput: (name, text) => process.stderr.write(text.replaceAll(/^(?=.)/gm, `${name}: `)),
    onRestart: announce,
  });
  const stopWatching = broker.own === undefined ? () => {} : keepAlive(broker.own, announce);

  const stop = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    say('stopping …');
    stopWatching();
    const codes = await cluster.stop();
    await broker.own?.stop();
    await postgres.stop();
    process.exit(Object.values(codes).every((code) => code === 0) ? 0 : 1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  onParentEnd(() => void stop());

  await cluster.ready();
  announce();
}

function say(line: string): void {
  console.error(`Kindred: ${line}`);
}

/** Starts the broker again when it has died. @returns Ends the watch. */
function keepAlive(broker: LocalBroker, onRestart: () => void): () => void {
  let isBusy = false;
  const timer = setInterval(async () => {
    if (isBusy || isAlive(broker.pid)) return;
    isBusy = true;
    await broker.restart().then(onRestart, (error: Error) => say(error.message));
    isBusy = false;
  }, BROKER_POLL_MS);
  return () => clearInterval(timer);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
