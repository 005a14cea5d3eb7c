import { join, resolve } from 'node:path';
import type { ModelConfig } from '@kindred/shared/embedding/embedding-config';
import { readConfig } from '@kindred/shared/platform/config';
import { readStandaloneConfig } from '@kindred/standalone/config';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..');

/** Environment variables of the benchmarks, which also read those of the standalone mode. */
export const benchVariables = z.object({
  KINDRED_DATA: z
    .string()
    .default(join(ROOT, '..', 'shared', 'data'))
    .meta({
      description: 'Folder that holds the data sets of the benchmarks by their names',
      range: 'a path',
      shownDefault: '`../shared/data`',
    }),
});

/** Configuration of the benchmarks. */
export interface BenchConfig extends ModelConfig {
  /** Folder of the data sets that are asked for by name. */
  readonly dataRoot: string;
  /** The product's own data folder. */
  readonly dataFolder: string;
  /** Folder of databases that are costly to fill. */
  readonly benchFolder: string;
  /** Number of threads that embed. */
  readonly embeddingWorkers: number;
  /** Folder of a broker's jars. */
  readonly kafkaFolder: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readBenchConfig(environment: Readonly<Record<string, string | undefined>> = process.env): BenchConfig {
  const { KINDRED_DATA } = readConfig(benchVariables, environment);
  const { dataFolder, modelsFolder, model, embeddingWorkers } = readStandaloneConfig(environment);
  return {
    dataRoot: resolve(KINDRED_DATA),
    dataFolder,
    benchFolder: join(dataFolder, 'bench'),
    modelsFolder,
    model,
    embeddingWorkers,
    kafkaFolder: join(dataFolder, 'kafka'),
  };
}
