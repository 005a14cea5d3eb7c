import { join, resolve } from 'node:path';
import type { ModelConfig } from '@kindred/shared/embedding/embedding-config';
import { readConfig } from '@kindred/shared/platform/config';
import { readStandaloneConfig } from '@kindred/standalone/config';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..');

const schema = z.object({
  KINDRED_DATA: z.string().default(join(ROOT, '..', 'shared', 'data')),
});

export interface BenchConfig extends ModelConfig {
  /** Where data sets lie that are asked for by name. */
  readonly dataRoot: string;
  /** Where the product keeps its own. */
  readonly dataFolder: string;
  /** Where the benchmarks keep databases that are costly to fill. */
  readonly benchFolder: string;
  readonly embeddingWorkers: number;
  /** Where a broker's jars are kept. */
  readonly kafkaFolder: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readBenchConfig(environment: Readonly<Record<string, string | undefined>> = process.env): BenchConfig {
  const { KINDRED_DATA } = readConfig(schema, environment);
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
