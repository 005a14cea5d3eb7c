import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, type ClusterOptions, startCluster } from '@kindred/infra/distributed/cluster';
import { createTopics } from '@kindred/infra/kafka/topics';
import { type TestDatabase, testDatabase } from '@kindred/infra/postgres/test-database';
import { modelsFolder } from './standalone-server.ts';

/** The distributed mode with a database and topics of its own. */
export interface DistributedEngine {
  readonly cluster: Cluster;
  readonly database: TestDatabase;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly folder: string;
  /** Output of the processes. */
  output(): string;
  /** Stops all and leaves nothing behind. @returns The exit code of each process. */
  stop(): Promise<Readonly<Record<string, number | null>>>;
}

const PARTITIONS = 4;

/**
 * @param options  What differs from one process of each service, and of the trainer none.
 * @param database  Default: one on the run's own server.
 */
export async function startDistributed(
  brokers: readonly string[],
  options: Partial<ClusterOptions> = {},
  database?: TestDatabase,
): Promise<DistributedEngine> {
  return start(brokers, options, database ?? (await testDatabase()));
}

async function start(
  brokers: readonly string[],
  options: Partial<ClusterOptions>,
  database: TestDatabase,
): Promise<DistributedEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-distributed-'));
  const topic = `test.${randomBytes(6).toString('hex')}`;
  const topics = { events: topic, deadLetters: `${topic}.dead-letters` };
  await createTopics({ brokers }, topics, { partitions: PARTITIONS, retentionMs: 3_600_000 });
  let output = '';
  const cluster = await startCluster({
    databaseUrl: database.url,
    brokers,
    topics,
    folder,
    modelsFolder: modelsFolder(),
    onOutput: (service, text) => {
      output += `${service}: ${text}`;
    },
    ...options,
    replicas: { trainer: 0, ...options.replicas },
  });
  await cluster.ready().catch((error: Error) => {
    throw new Error(`${error.message}\n${output}`);
  });
  return {
    cluster,
    database,
    brokers,
    topic,
    folder,
    output: () => output,
    stop: async () => {
      const codes = await cluster.stop();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
      return codes;
    },
  };
}
