import { createLog } from '@kindred/shared/platform/log';
import { type Engine, startEngine } from '@kindred/standalone/engine';
import type { BenchConfig } from '../config.ts';

/** Starts the standalone mode's engine on a folder; it trains when asked only. */
export function startBenchEngine(
  { modelsFolder, model, embeddingWorkers }: BenchConfig,
  dataFolder: string,
): Promise<Engine> {
  return startEngine({ dataFolder, modelsFolder, model, embeddingWorkers }, { log: createLog('bench', 'warn') });
}

/** Starts an engine, uses it, and stops it whatever happens. */
export async function withEngine<T>(
  config: BenchConfig,
  dataFolder: string,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await startBenchEngine(config, dataFolder);
  try {
    return await use(engine);
  } finally {
    await engine.stop();
  }
}
