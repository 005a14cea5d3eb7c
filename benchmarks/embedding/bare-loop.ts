import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type KnownModel, modelFolder } from '@kindred/shared/embedding/known-models';
import type { BareLoopModel } from './bare-loop-thread.ts';
import type { EmbeddingContender } from './contender.ts';

/** transformers.js called over and over, on the same model file: what a team would write in an hour. */
export async function bareLoop(
  model: KnownModel,
  { modelsFolder, threads }: { readonly modelsFolder: string; readonly threads: number },
): Promise<EmbeddingContender> {
  const workerData: BareLoopModel = { folder: modelFolder(modelsFolder, model), tokensMax: model.tokensMax };
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./bare-loop-thread.ts', import.meta.url), { workerData }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  return {
    name: threads === 1 ? 'bare loop' : `${threads} bare loops at once`,
    threads,
    async embedAll(texts) {
      const startMs = performance.now();
      const spent = await Promise.all(
        workers.map(async (worker, index) => {
          const done = once(worker, 'message');
          const own = texts.filter((_, place) => place % threads === index);
          worker.postMessage(own.map(({ text }) => model.prefixes.item + text));
          const [cpuMs]: number[] = await done;
          return cpuMs ?? 0;
        }),
      );
      return { wallMs: performance.now() - startMs, cpuMs: spent.reduce((sum, each) => sum + each, 0) };
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
