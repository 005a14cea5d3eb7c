import type { SpaceId } from '../id.ts';
import type { Embedder } from './embedder.ts';
import { modelOfSpace } from './known-models.ts';
import { onnxEmbedder } from './onnx/onnx-embedder.ts';

/** The embedders of one process. */
export interface EmbeddersBySpace {
  /** The embedder of a space, started on first use; `undefined` where its model is not a known one. */
  of(space: SpaceId): Embedder | undefined;
  close(): Promise<void>;
}

/** One embedder a space: while a catalog moves from one model to another, both are used. */
export function embeddersBySpace(options: {
  readonly modelsFolder: string;
  readonly workers: number;
  readonly background: boolean;
}): EmbeddersBySpace {
  const embedders = new Map<SpaceId, Embedder>();
  return {
    of: (space) => {
      const known = embedders.get(space);
      if (known !== undefined) return known;
      const model = modelOfSpace(space);
      if (model === undefined) return undefined;
      const embedder = onnxEmbedder({ ...options, model });
      embedders.set(space, embedder);
      return embedder;
    },
    close: async () => {
      await Promise.all([...embedders.values()].map((embedder) => embedder.close()));
    },
  };
}
