import { hash } from 'node:crypto';
import type { SpaceId } from '../id.ts';
import { normalise } from '../numeric/vector.ts';
import type { Embedder } from './embedder.ts';

/** Settings of an embedder that hashes words. */
export interface HashEmbedderOptions {
  readonly space: SpaceId;
  /** At most 256: one hash of a word fills a vector. */
  readonly dimensions: number;
  /** Default: none for items, `query: ` for queries. */
  readonly prefixes?: { readonly item: string; readonly query: string };
  /** Gives the reason why a text cannot be embedded; `undefined` for one that can. */
  readonly failure?: (text: string) => string | undefined;
}

const PREFIXES = { item: '', query: 'query: ' };

/**
 * A model for tests, in memory and in microseconds: texts are the nearer, the more words they share. Each word votes up or
 * down on every dimension by the bits of its hash.
 */
export function hashEmbedder({ space, dimensions, prefixes = PREFIXES, failure }: HashEmbedderOptions): Embedder {
  let isClosed = false;
  return {
    space,
    dimensions,
    embed: async (text, kind) => {
      if (isClosed) throw new Error('the embedder is closed');
      const reason = failure?.(text);
      if (reason !== undefined) throw new Error(reason);
      return embedded(prefixes[kind] + text, dimensions);
    },
    close: async () => {
      isClosed = true;
    },
  };
}

function embedded(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  // The empty word is part of every text, so that an empty text and one whose votes cancel out still have a direction.
  for (const word of ['', ...(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])]) {
    const bits = hash('sha256', word, 'buffer');
    for (let i = 0; i < dimensions; i++) vector[i] = vector[i]! + (bits[i >> 3]! & (1 << (i & 7)) ? 1 : -1);
  }
  return normalise(vector);
}
