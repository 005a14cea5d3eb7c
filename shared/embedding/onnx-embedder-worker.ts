import { setPriority } from 'node:os';
import { basename, dirname } from 'node:path';
import { AutoModel, AutoTokenizer, env, type PreTrainedModel, type PreTrainedTokenizer } from '@xenova/transformers';
import { workerData } from 'piscina';
import { normalise } from '../vector.ts';

export interface WorkerModel {
  readonly folder: string;
  readonly pooling: 'cls' | 'mean';
  readonly tokensMax: number;
  readonly background: boolean;
}

export interface EmbedTask {
  readonly text: string;
}

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

/** Embeds one text: shape `[dimensions]`, unit length. */
export default async function embed({ text }: EmbedTask): Promise<Float32Array> {
  const input = tokenizer([text], { padding: false, truncation: true, max_length: tokensMax });
  const output = await model(input);
  const hidden = output.last_hidden_state;
  const [, tokenCount, dimensions] = hidden.dims;
  const result = pooled(hidden.data, tokenCount, dimensions);
  for (const tensor of [...Object.values(input), ...Object.values(output)]) {
    if (tensor && typeof tensor === 'object' && 'dispose' in tensor && typeof tensor.dispose === 'function')
      tensor.dispose();
  }
  return normalise(result);
}

/** The vector of the first token (CLS), or the mean over all tokens: there is no padding, so all count. */
function pooled(hidden: Float32Array, tokenCount: number, dimensions: number): Float32Array {
  if (pooling === 'cls') return hidden.slice(0, dimensions);
  const mean = new Float32Array(dimensions);
  for (let token = 0; token < tokenCount; token++) {
    for (let i = 0; i < dimensions; i++) mean[i] = mean[i]! + hidden[token * dimensions + i]! / tokenCount;
  }
  return mean;
}
