import { join } from 'node:path';
import { Piscina } from 'piscina';
import type { Embedder } from './embedder.ts';
import { type KnownModel, modelFolder, spaceOf } from './known-models.ts';
import type { EmbedTask, WorkerModel } from './onnx-embedder-worker.ts';

export interface OnnxEmbedderOptions {
  readonly model: KnownModel;
  readonly modelsFolder: string;
  readonly workers: number;
  /** Whether the workers give way to the threads that serve requests (Linux only). */
  readonly background: boolean;
}

/** Beyond this no model here reads on: a token has at least one character, and words have more. */
const CHARACTERS_PER_TOKEN_MAX = 12;

/**
 * Runs a model in worker threads, one text a run and one ONNX thread a worker: a quantised model scales over the whole
 * batch, so a text's vector would depend on its company, and batches are not faster on a CPU.
 * Memory is about 250 MB a worker and does not grow: ONNX Runtime's arena, which never shrinks, is off.
 */
export function onnxEmbedder({ model, modelsFolder, workers, background }: OnnxEmbedderOptions): Embedder {
  const workerData: WorkerModel = {
    folder: modelFolder(modelsFolder, model),
    pooling: model.pooling,
    tokensMax: model.tokensMax,
    background,
  };
  const pool = new Piscina<EmbedTask, Float32Array>({
    filename: join(import.meta.dirname, 'onnx-embedder-worker.ts'),
    minThreads: workers,
    maxThreads: workers,
    workerData,
  });
  return {
    space: spaceOf(model),
    dimensions: model.dimensions,
    concurrency: workers,
    embed: (text, kind) =>
      pool.run({ text: model.prefixes[kind] + text.slice(0, model.tokensMax * CHARACTERS_PER_TOKEN_MAX) }),
    close: () => pool.destroy(),
  };
}
