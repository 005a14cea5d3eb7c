import { basename, dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { AutoModel, AutoTokenizer, env } from '@xenova/transformers';

/** Task of a thread. */
export interface BareLoopModel {
  readonly folder: string;
  readonly tokensMax: number;
}

const { folder, tokensMax }: BareLoopModel = workerData;
env.allowRemoteModels = false;
env.localModelPath = dirname(folder);
const options = { local_files_only: true } as const;
const tokenizer = await AutoTokenizer.from_pretrained(basename(folder), options);
const model = await AutoModel.from_pretrained(basename(folder), {
  ...options,
  dtype: 'q8',
  session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
});

/** As little as embedding can be: tokenise, run, take the first token's vector. */
async function embed(text: string): Promise<Float32Array> {
  const { last_hidden_state: hidden } = await model(tokenizer([text], { truncation: true, max_length: tokensMax }));
  const dimensions: number = hidden.dims[2];
  return hidden.data.slice(0, dimensions);
}

/** Answers a list of texts with the processor time that they took, in milliseconds. */
parentPort?.on('message', async (texts: readonly string[]) => {
  const before = process.threadCpuUsage();
  for (const text of texts) await embed(text);
  const { user, system } = process.threadCpuUsage(before);
  parentPort?.postMessage((user + system) / 1_000);
});
parentPort?.postMessage('ready');
