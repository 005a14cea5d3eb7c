import { onnxEmbedder } from '@kindred/shared/embedding/onnx/onnx-embedder';
import type { BenchConfig } from '../config.ts';
import { startProgress } from '../measure/progress.ts';
import type { EmbeddedItem } from './embedded-items.ts';

const TAGS = 3;

/** Text that a user might type to find such an item: some of its tags, a category and its creator. */
export function queryTextOf({ fields }: EmbeddedItem): string {
  return [...fields.tags.slice(0, TAGS), ...fields.categories.slice(0, 1), fields.creator ?? '']
    .filter(Boolean)
    .join(' ');
}

/** Embeds queries as the search route does. */
export async function embedQueries(
  { model, modelsFolder, embeddingWorkers }: BenchConfig,
  texts: readonly string[],
): Promise<readonly Float32Array[]> {
  const embedder = onnxEmbedder({ model, modelsFolder, workers: embeddingWorkers, background: false });
  const progress = startProgress('ann: embedding text queries', texts.length);
  let done = 0;
  try {
    return await Promise.all(
      texts.map(async (text) => {
        const vector = await embedder.embed(text, 'query');
        progress.at(++done);
        return vector;
      }),
    );
  } finally {
    progress.done();
    await embedder.close();
  }
}
