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
  KINDRED_DATA_DIR: folderSchema.default(resolve('.kindred')),
  KINDRED_MODELS_DIR: folderSchema.optional(),
};

export interface SetupConfig {
  readonly model: KnownModel;
  readonly modelsFolder: string;
  /** Folder of model files that the user gives; `undefined` for none. */
  readonly givenFolder: string | undefined;
}

const setupSchema = z.object({
  ...folderVariables,
  ...modelVariables,
  KINDRED_MODEL_FILES: folderSchema.optional(),
});

/** @throws {ConfigError} with every mistake at once. */
export function readSetupConfig(environment: Environment = process.env): SetupConfig {
  const read = readConfig(setupSchema, environment);
  const { model, modelsFolder } = modelConfigOf(read, join(read.KINDRED_DATA_DIR, 'models'));
  return { model, modelsFolder, givenFolder: read.KINDRED_MODEL_FILES };
}

export interface DoctorConfig {
  readonly port: number;
  readonly dataFolder: string;
  readonly model: KnownModel;
  readonly modelsFolder: string;
}

const doctorSchema = z.object({ ...folderVariables, ...modelVariables, PORT: portSchema.default(8080) });

/** @throws {ConfigError} with every mistake at once. */
export function readDoctorConfig(environment: Environment = process.env): DoctorConfig {
  const read = readConfig(doctorSchema, environment);
  const dataFolder = read.KINDRED_DATA_DIR;
  return { port: read.PORT, dataFolder, ...modelConfigOf(read, join(dataFolder, 'models')) };
}

export interface DistributedConfig {
  /** Port of ranking; the other services have the next ones. 0 for free ones. */
  readonly port: number;
  readonly dataFolder: string;
  readonly modelsFolder: string;
}

const distributedSchema = z.object({ ...folderVariables, PORT: portSchema.default(8080) });

/** @throws {ConfigError} with every mistake at once. */
export function readDistributedConfig(environment: Environment = process.env): DistributedConfig {
  const read = readConfig(distributedSchema, environment);
  const dataFolder = read.KINDRED_DATA_DIR;
  return { port: read.PORT, dataFolder, modelsFolder: read.KINDRED_MODELS_DIR ?? join(dataFolder, 'models') };
}

export interface StoresConfig {
  readonly databaseUrl: string;
  readonly kafka: KafkaConfig;
  readonly topics: TopicNames;
  /** Number of the events' topic. */
  readonly partitions: number;
  readonly retentionMs: number;
}

const storesSchema = z
  .object({
    ...kafkaVariables,
    DATABASE_URL: databaseUrlSchema,
    KINDRED_EVENTS_PARTITIONS: countSchema.default(12),
    KINDRED_EVENTS_RETENTION_DAYS: countSchema.default(7),
  })
  .superRefine(requireCredentials);

/** @throws {ConfigError} with every mistake at once. */
export function readStoresConfig(environment: Environment = process.env): StoresConfig {
  const read = readConfig(storesSchema, environment);
  return {
    databaseUrl: read.DATABASE_URL,
    kafka: kafkaConfigOf(read),
    topics: topicNamesOf(read),
    partitions: read.KINDRED_EVENTS_PARTITIONS,
    retentionMs: read.KINDRED_EVENTS_RETENTION_DAYS * DAY_MS,
  };
}

const brokersSchema = z.object({ KAFKA_BROKERS: namesSchema.default([]) });

/** Brokers that `KAFKA_BROKERS` names, as `host:port` with commas between; `[]` where it is not set. */
export function readBrokers(environment: Environment = process.env): readonly string[] {
  return readConfig(brokersSchema, environment).KAFKA_BROKERS;
}

/** True on a machine that runs the checks of a change, where a test that cannot run is a failure. */
export function isCi(environment: Environment = process.env): boolean {
  return Boolean(environment.CI);
}

/** Environment of a process that is started with some variables of its own. */
export function environmentWith(variables: Readonly<Record<string, string>>): Environment {
  return { ...process.env, ...variables };
}
