import { join, resolve } from 'node:path';
import { type EmbeddedConfig, readEmbeddedConfig } from '@kindred/embedded/config';
import { readConfig } from '@kindred/shared/config';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..');

const schema = z.object({
  KINDRED_DATA: z.string().default(join(ROOT, '..', 'shared', 'data')),
});

export interface BenchConfig {
  /** Where data sets lie that are asked for by name. */
  readonly dataRoot: string;
  /** Where the benchmarks keep databases that are costly to fill. */
  readonly benchFolder: string;
  readonly modelsFolder: string;
  readonly modelName: string;
  readonly embeddingWorkers: number;
}

/** @throws {ConfigError} with every mistake at once. */
export function readBenchConfig(environment: Readonly<Record<string, string | undefined>>): BenchConfig {
  const { KINDRED_DATA } = readConfig(schema, environment);
  const { dataFolder, modelsFolder, modelName, embeddingWorkers }: EmbeddedConfig = readEmbeddedConfig(environment);
  return {
    dataRoot: resolve(KINDRED_DATA),
    benchFolder: join(dataFolder, 'bench'),
    modelsFolder,
    modelName,
    embeddingWorkers,
  };
}
