import type { KnownModel } from '@kindred/shared/embedding/known-models';
import { onnxEmbedder } from '@kindred/shared/embedding/onnx/onnx-embedder';
import { dot, normalise } from '@kindred/shared/numeric/vector';

const COSINE_MIN = 0.98;

/**
 * Embeds the model's golden sentence and compares it with the published embedding, by cosine: processor types differ in
 * the last digits. Costs about a second.
 * @returns The cosine, in [0.98, 1].
 * @throws {Error} for one below.
 */
export async function checkGolden(model: KnownModel, modelsFolder: string): Promise<number> {
  const embedder = onnxEmbedder({ model, modelsFolder, workers: 1, background: false });
  try {
    const embedding = await embedder.embed(model.golden.text, 'item');
    const cosine = dot(embedding, normalise(Float32Array.from(model.golden.embedding)));
    if (cosine >= COSINE_MIN) return cosine;
    throw new Error(
      `${model.name} embeds its golden sentence with cosine ${cosine.toFixed(4)} to the published embedding; at least ${COSINE_MIN} is needed`,
    );
  } finally {
    await embedder.close();
  }
}
