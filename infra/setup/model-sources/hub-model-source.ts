import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ModelSource } from './model-source.ts';

/** Address of the hub, and whom to tell of downloads. */
export interface HubModelSourceOptions {
  /** Address of the hub; default Hugging Face's. */
  readonly hubUrl?: string;
  /** Told of a download when it begins. */
  readonly say: (line: string) => void;
}

const HUGGING_FACE = 'https://huggingface.co';
const ANSWER_TIMEOUT_MS = 10_000;

/** The model hub, asked for a file by its repository and revision. */
export function hubModelSource({ hubUrl = HUGGING_FACE, say }: HubModelSourceOptions): ModelSource {
  return {
    name: 'the model hub',
    bring: async (model, { hub, bytes }, path) => {
      const body = await answerOf(`${hubUrl}/${hub.repository}/resolve/${model.revision}/${hub.path}`);
      say(`${model.name}: downloading ${hub.path} (${(bytes / 1e6).toFixed(1)} MB) …`);
      await pipeline(Readable.fromWeb(body), atMost(bytes), createWriteStream(path));
    },
  };
}

/** The time-out covers the answer's head only: a download may take long. */
async function answerOf(url: string): Promise<NonNullable<Response['body']>> {
  const abort = new AbortController();
  const timer = setTimeout(
    () => abort.abort(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`)),
    ANSWER_TIMEOUT_MS,
  );
  try {
    const answer = await fetch(url, { signal: abort.signal });
    if (answer.ok && answer.body !== null) return answer.body;
    throw new Error(`it answered ${answer.status}`);
  } catch (error) {
    // fetch says "fetch failed" and hides the reason in the cause.
    throw error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  } finally {
    clearTimeout(timer);
  }
}

function atMost(bytesMax: number): (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array> {
  return async function* limited(chunks) {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) throw new Error(`it sends more than the file's ${bytesMax} bytes`);
      yield chunk;
    }
  };
}
