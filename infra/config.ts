import { join, resolve } from 'node:path';
import { modelConfigOf, modelVariables } from '@kindred/shared/embedding/embedding-config';
import type { KnownModel } from '@kindred/shared/embedding/known-models';
import {
  type KafkaConfig,
  kafkaConfigOf,
  kafkaVariables,
  requireCredentials,
  type TopicNames,
  topicNamesOf,
} from '@kindred/shared/event-log/kafka/kafka-config';
import {
  countSchema,
  databaseUrlSchema,
  folderSchema,
  namesSchema,
  portSchema,
  readConfig,
} from '@kindred/shared/platform/config';
import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

const DAY_MS = 86_400_000;
const folderVariables = {
  KINDRED_DATA_DIR: folderSchema.default(resolve('.kindred')).meta({
    description: 'Folder of the model files, below `models/`, and of the services that are started together',
    shownDefault: '`.kindred`',
  }),
  KINDRED_MODELS_DIR: modelVariables.KINDRED_MODELS_DIR.meta({ shownDefault: '`models` in `KINDRED_DATA_DIR`' }),
};

/** Configuration of set-up. */
export interface SetupConfig {
  readonly model: KnownModel;
  readonly modelsFolder: string;
  /** Folder of model files that the user gives; `undefined` for none. */
  readonly givenFolder: string | undefined;
}

/** Environment variables of set-up, which makes the model ready before any program starts. */
export const setupVariables = z.object({
  ...modelVariables,
  ...folderVariables,
  KINDRED_MODEL_FILES: folderSchema.optional().meta({
    description: 'Folder with the model files, for a machine that reaches neither the model hub nor Maven',
  }),
});

/** @throws {ConfigError} with every mistake at once. */
export function readSetupConfig(environment: Environment = process.env): SetupConfig {
  const read = readConfig(setupVariables, environment);
  const { model, modelsFolder } = modelConfigOf(read, join(read.KINDRED_DATA_DIR, 'models'));
  return { model, modelsFolder, givenFolder: read.KINDRED_MODEL_FILES };
}

/** Configuration of `doctor`. */
export interface DoctorConfig {
  /** Port that the server would listen on. */
  readonly port: number;
  readonly dataFolder: string;
  readonly model: KnownModel;
  readonly modelsFolder: string;
}

/** Environment variables of `doctor`. */
export const doctorVariables = z.object({
  ...modelVariables,
  ...folderVariables,
  PORT: portSchema.default(8080).meta({ description: 'Port that the server would listen on' }),
});

/** @throws {ConfigError} with every mistake at once. */
export function readDoctorConfig(environment: Environment = process.env): DoctorConfig {
  const read = readConfig(doctorVariables, environment);
  const dataFolder = read.KINDRED_DATA_DIR;
  return { port: read.PORT, dataFolder, ...modelConfigOf(read, join(dataFolder, 'models')) };
}

/** Configuration of the distributed mode on one machine. */
export interface DistributedConfig {
  /** Port of ranking; the other services have the next ones. 0 for free ones. */
  readonly port: number;
  readonly dataFolder: string;
  readonly modelsFolder: string;
}

/** Environment variables of `npm run dev:distributed`. */
export const distributedVariables = z.object({
  ...folderVariables,
  PORT: portSchema.default(8080).meta({
    description: 'Port of ranking; ingestion, index and trainer listen on the next three. 0 takes free ones',
  }),
});

/** @throws {ConfigError} with every mistake at once. */
export function readDistributedConfig(environment: Environment = process.env): DistributedConfig {
  const read = readConfig(distributedVariables, environment);
  const dataFolder = read.KINDRED_DATA_DIR;
  return { port: read.PORT, dataFolder, modelsFolder: read.KINDRED_MODELS_DIR ?? join(dataFolder, 'models') };
}

/** Configuration of `stores`. */
export interface StoresConfig {
  readonly databaseUrl: string;
  readonly kafka: KafkaConfig;
  readonly topics: TopicNames;
  /** Number of the events' topic. */
  readonly partitions: number;
  readonly retentionMs: number;
}

/** Environment variables of `npm run stores`. */
export const storesVariables = z
  .object({
    ...kafkaVariables,
    DATABASE_URL: databaseUrlSchema,
    KINDRED_EVENTS_PARTITIONS: countSchema.default(12).meta({
      description: 'Partitions of the topic of events: the most ranking processes that share it',
    }),
    KINDRED_EVENTS_RETENTION_DAYS: countSchema.default(7).meta({ description: 'Days that Kafka keeps a message' }),
  })
  .superRefine(requireCredentials);

/** @throws {ConfigError} with every mistake at once. */
export function readStoresConfig(environment: Environment = process.env): StoresConfig {
  const read = readConfig(storesVariables, environment);
  return {
    databaseUrl: read.DATABASE_URL,
    kafka: kafkaConfigOf(read),
    topics: topicNamesOf(read),
    partitions: read.KINDRED_EVENTS_PARTITIONS,
    retentionMs: read.KINDRED_EVENTS_RETENTION_DAYS * DAY_MS,
  };
}

/** Environment variables of a search for a Kafka broker. */
export const brokersVariables = z.object({
  KAFKA_BROKERS: namesSchema.default([]).meta({
    description: 'Kafka brokers to use in place of one of its own',
    range: '`host:port`, separated by commas',
  }),
});

/** Brokers that `KAFKA_BROKERS` names, as `host:port` with commas between; `[]` where it is not set. */
export function readBrokers(environment: Environment = process.env): readonly string[] {
  return readConfig(brokersVariables, environment).KAFKA_BROKERS;
}

/** True on a machine that runs the checks of a change, where a test that cannot run is a failure. */
export function isCi(environment: Environment = process.env): boolean {
  return Boolean(environment.CI);
}

/** Environment of a process that is started with some variables of its own. */
export function environmentWith(variables: Readonly<Record<string, string>>): Environment {
  return { ...process.env, ...variables };
}
