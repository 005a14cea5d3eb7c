import { setPriority } from 'node:os';
import { basename, dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { AutoModel, AutoTokenizer, env, type PreTrainedModel, type PreTrainedTokenizer } from '@xenova/transformers';
import { normalise } from '../../numeric/vector.ts';

/** The model that a worker loads at its start. */
export interface WorkerModel {
  readonly folder: string;
  readonly pooling: 'cls' | 'mean';
  readonly tokensMax: number;
  readonly background: boolean;
}

/** A text to embed; a worker takes one at a time. */
export interface EmbedTask {
  readonly text: string;
}

/** A message of a worker: once when it has loaded the model, then one per task, in their order. */
export type EmbedAnswer =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'embedded'; readonly vector: Float32Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly reason: string };

const { folder, pooling, tokensMax, background }: WorkerModel = workerData;

// On Linux a priority belongs to a thread, so this leaves the serving thread alone; elsewhere it would slow the process.
if (background && process.platform === 'linux') setPriority(10);

// Files are checked against pinned hashes before the start; nothing may be fetched while serving.
env.allowRemoteModels = false;
env.allowLocalModels = true;
env.localModelPath = dirname(folder);

const tokenizer: PreTrainedTokenizer = await AutoTokenizer.from_pretrained(basename(folder), {
  local_files_only: true,
});
const model: PreTrainedModel = await AutoModel.from_pretrained(basename(folder), {
  local_files_only: true,
  dtype: 'q8',
  session_options: { intraOpNumThreads: 1, interOpNumThreads: 1, enableCpuMemArena: false },
});

parentPort?.on('message', async (message: EmbedTask | 'close') => {
  if (message === 'close') {
    await model.dispose();
    parentPort?.close();
    return;
  }
  try {
    const vector = await embed(message.text);
    parentPort?.postMessage({ kind: 'embedded', vector } satisfies EmbedAnswer, [vector.buffer]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ kind: 'failed', reason } satisfies EmbedAnswer);
  }
});
parentPort?.postMessage({ kind: 'loaded' } satisfies EmbedAnswer);

/** Embeds one text: shape `[dimensions]`, unit length. */
async function embed(text: string): Promise<Float32Array<ArrayBuffer>> {
  const input = tokenizer([text], { padding: false, truncation: true, max_length: tokensMax });
  const output = await model(input);
  const hidden = output.last_hidden_state;
  const [, tokenCount, dimensions] = hidden.dims;
  const result = pooled(hidden.data, tokenCount, dimensions);
  for (const tensor of [...Object.values(input), ...Object.values(output)]) {
    if (tensor && typeof tensor === 'object' && 'dispose' in tensor && typeof tensor.dispose === 'function')
      tensor.dispose();
  }
  normalise(result);
  return result;
}

/** The vector of the first token (CLS), or the mean over all tokens: there is no padding, so all count. */
function pooled(hidden: Float32Array, tokenCount: number, dimensions: number): Float32Array<ArrayBuffer> {
  if (pooling === 'cls') return new Float32Array(hidden.slice(0, dimensions));
  const mean = new Float32Array(dimensions);
  for (let token = 0; token < tokenCount; token++) {
    for (let i = 0; i < dimensions; i++) mean[i] = mean[i]! + hidden[token * dimensions + i]! / tokenCount;
  }
  return mean;
}
