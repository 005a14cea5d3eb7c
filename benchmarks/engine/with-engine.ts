import { type Engine, startEngine } from '@kindred/embedded/engine';
import { createLog } from '@kindred/shared/log';
import type { BenchConfig } from '../config.ts';

/** Starts the embedded mode's engine on a folder, uses it, and stops it whatever happens. */
export async function withEngine<T>(
  { modelsFolder, model, embeddingWorkers }: BenchConfig,
  dataFolder: string,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const log = createLog('bench', 'warn');
  const engine = await startEngine({ dataFolder, modelsFolder, model, embeddingWorkers }, { log });
  try {
    return await use(engine);
  } finally {
    await engine.stop();
  }
}
