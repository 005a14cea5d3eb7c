import { Worker } from 'node:worker_threads';
import type { Embedder } from '../embedder.ts';
import { type KnownModel, modelFolder, spaceOf } from '../known-models.ts';
import type { EmbedAnswer, EmbedTask, WorkerModel } from './onnx-embedder-worker.ts';

/** The model and the threads that run it. */
export interface OnnxEmbedderOptions {
  readonly model: KnownModel;
  readonly modelsFolder: string;
  readonly workers: number;
  /** True if the workers give way to the threads that serve requests (Linux only). */
  readonly background: boolean;
}

/** Beyond this no model here reads on: a token has at least one character, and words have more. */
const CHARACTERS_PER_TOKEN_MAX = 12;
const RESTART_MS = 1_000;

interface Waiting {
  readonly text: string;
  resolve(vector: Float32Array): void;
  reject(error: Error): void;
}

/** One worker thread: loading, then idle or at work on one text. */
interface Slot {
  readonly worker: Worker;
  task: Waiting | undefined;
  isLoaded: boolean;
}

/**
 * Runs a model in worker threads, one text a run and one ONNX thread a worker: a quantised model scales over the whole
 * batch, so a text's vector would depend on its company, and batches are not faster on a CPU.
 * Memory is about 250 MB a worker and does not grow: ONNX Runtime's arena, which never shrinks, is off.
 *
 * The pool is our own because a worker must never be terminated while ONNX Runtime loads or runs: that aborts the whole
 * process. Here workers end by themselves, between texts.
 */
export function onnxEmbedder({ model, modelsFolder, workers, background }: OnnxEmbedderOptions): Embedder {
  const workerData: WorkerModel = {
    folder: modelFolder(modelsFolder, model),
    pooling: model.pooling,
    tokensMax: model.tokensMax,
    background,
  };
  const queue: Waiting[] = [];
  const slots = new Set<Slot>();
  let isClosing = false;

  const give = (slot: Slot): void => {
    const task = slot.isLoaded && slot.task === undefined ? queue.shift() : undefined;
    if (task !== undefined) {
      slot.task = task;
      slot.worker.postMessage({ text: task.text } satisfies EmbedTask);
    } else if (isClosing && slot.isLoaded && slot.task === undefined) slot.worker.postMessage('close');
  };

  const start = (): void => {
    const worker = new Worker(new URL('./onnx-embedder-worker.ts', import.meta.url), { workerData, name: 'embedder' });
    const slot: Slot = { worker, task: undefined, isLoaded: false };
    slots.add(slot);
    worker.on('message', (answer: EmbedAnswer) => {
      const { task } = slot;
      slot.task = undefined;
      if (answer.kind === 'loaded') slot.isLoaded = true;
      else if (answer.kind === 'embedded') task?.resolve(answer.vector);
      else task?.reject(new Error(answer.reason));
      give(slot);
    });
    let failure = new Error('the embedding worker ended');
    worker.on('error', (error: Error) => {
      failure = error;
    });
    worker.on('exit', () => {
      slots.delete(slot);
      slot.task?.reject(failure);
      if (isClosing) return;
      // Texts that no worker can take would wait for ever.
      if (!slot.isLoaded) for (const task of queue.splice(0)) task.reject(failure);
      setTimeout(() => !isClosing && start(), RESTART_MS);
    });
  };
  for (let i = 0; i < workers; i++) start();

  return {
    space: spaceOf(model),
    dimensions: model.dimensions,
    embed: (text, kind) =>
      new Promise((resolve, reject) => {
        if (isClosing) throw new Error('the embedder is closed');
        const cut = text.slice(0, model.tokensMax * CHARACTERS_PER_TOKEN_MAX);
        queue.push({ text: model.prefixes[kind] + cut, resolve, reject });
        for (const slot of slots) give(slot);
      }),
    close: async () => {
      isClosing = true;
      const exits = [...slots].map(({ worker }) => new Promise((resolve) => worker.once('exit', resolve)));
      for (const slot of slots) give(slot);
      await Promise.all(exits);
    },
  };
}
