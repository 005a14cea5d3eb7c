import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, type ClusterOptions } from '@kindred/infra/distributed/cluster';
import { createTopics } from '@kindred/infra/kafka/topics';
import { type TestDatabase, testDatabase } from '@kindred/infra/postgres/test-database';
import { modelsFolder } from './standalone-server.ts';

/** The distributed mode on a database and topics of its own. */
export interface DistributedEngine {
  readonly cluster: Cluster;
  readonly database: TestDatabase;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly folder: string;
  /** Output of all processes so far, each line under its process's name. */
  output(): string;
  /** Stops all processes and deletes their data. @returns The exit code of each process. */
  stop(): Promise<Readonly<Record<string, number | null>>>;
}

const PARTITIONS = 4;

/**
 * Starts it and waits until all processes are ready.
 * @param options  Default: one process per service, but no trainer.
 * @param given  Database; default one on the run's own server.
 * @throws with the processes' output when they do not become ready.
 */
export async function startDistributed(
  brokers: readonly string[],
  options: Partial<ClusterOptions> = {},
  given?: TestDatabase,
): Promise<DistributedEngine> {
  const database = given ?? (await testDatabase());
  const folder = await mkdtemp(join(tmpdir(), 'kindred-distributed-'));
  const topic = `test.${randomBytes(6).toString('hex')}`;
  const topics = { events: topic, deadLetters: `${topic}.dead-letters` };
  await createTopics({ brokers }, topics, { partitions: PARTITIONS, retentionMs: 3_600_000 });
  let output = '';
  const cluster = await Cluster.start({
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
