import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from '@kindred/infra/distributed/cluster';
import { brokerAvailability } from '@kindred/infra/kafka/broker-availability';
import { startBroker } from '@kindred/infra/kafka/own-broker';
import { createTopics } from '@kindred/infra/kafka/topics';
import { StartError } from '@kindred/shared/platform/config';
import type { BenchRun } from '../bench-run.ts';
import { BACKLOG, drainBacklog, produceBacklog } from './backlog.ts';
import { bareConsumerRate } from './bare-consumer.ts';
import { eventStream } from './event-stream.ts';
import { removeOwnDatabase, startOwnDatabase } from './own-database.ts';
import type { ModeResult, Throughput } from './result.ts';
import { openTopicLoad } from './topic-load.ts';
import { watched } from './watched.ts';

export const PARTITIONS = 12;
const EVENTS_PER_SECOND = 1_000;
const GOALS = { changed: { p50Ms: 100, p99Ms: 1_000 }, appliedPerSecond: 5_000 };

export interface DistributedResult {
  readonly dataHash: string;
  readonly mode: ModeResult;
  readonly throughput: Throughput;
}

/**
 * A real broker, a real database and one process of each service. First they apply a backlog, then bare kafkajs reads the
 * same topic, then events come at a steady rate while slates are watched.
 */
export async function distributed({ config, seed }: BenchRun): Promise<DistributedResult> {
  await using ends = new AsyncDisposableStack();
  const availability = await brokerAvailability(config.kafkaFolder);
  if (availability.way === 'none') throw new StartError(`there is no way to a Kafka broker: ${availability.reason}`);
  const folder = await mkdtemp(join(tmpdir(), 'kindred-freshness-'));
  ends.defer(() => rm(folder, { recursive: true, force: true }));
  ends.defer(() => removeOwnDatabase(folder));
  const database = await startOwnDatabase(folder, config.model, seed);
  ends.defer(database.stop);
  const broker = await startBroker(availability, { folder: join(folder, 'kafka'), jarsFolder: config.kafkaFolder });
  ends.defer(async () => broker.own?.stop());
  const { brokers } = broker;
  // Of their own: the brokers of KAFKA_BROKERS may hold others.
  const topic = `bench.${randomBytes(6).toString('hex')}`;
  const topics = { events: topic, deadLetters: `${topic}.dead-letters` };
  await createTopics({ brokers }, topics, { partitions: PARTITIONS, retentionMs: 3_600_000 });
  const load = await openTopicLoad(brokers, topic);
  ends.defer(load.close);
  await produceBacklog(load, eventStream('backlog', seed));

  let said = '';
  const cluster = await Cluster.start({
    databaseUrl: database.url,
    brokers,
    topics,
    folder,
    modelsFolder: config.modelsFolder,
    // It would train what the backlog brought, in the middle of the measurement.
    replicas: { trainer: 0 },
    onOutput: (service, text) => {
      said = `${said}${service}: ${text}`.slice(-5_000);
    },
  });
  ends.defer(async () => void (await cluster.stop()));
  try {
    await cluster.ready();
    const { rankingUrl } = cluster;
    const drained = await drainBacklog({ databaseUrl: database.url, topic, rankingUrl });
    const barePerSecond = await bareConsumerRate(brokers, topic, BACKLOG);
    const { events, perSecond: appliedPerSecond, rankingCores } = drained;
    const throughput = {
      events,
      appliedPerSecond,
      goalPerSecond: GOALS.appliedPerSecond,
      rankingCores,
      bareEvents: BACKLOG,
      barePerSecond,
    };
    const mode = await watched({
      mode: 'distributed',
      eventsPerSecond: EVENTS_PER_SECOND,
      goals: GOALS.changed,
      url: rankingUrl,
      seed,
      openLoad: () => openTopicLoad(brokers, topic),
    });
    return { dataHash: database.dataHash, throughput, mode };
  } catch (cause) {
    throw new Error(`the distributed mode was not measured; it said:\n${said}`, { cause });
  }
}
