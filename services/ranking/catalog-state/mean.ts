import { centred } from '@kindred/shared/numeric/vector';

/** A catalog's mean embedding at one version. */
export interface Mean {
  readonly vector: Float32Array;
  readonly version: string;
}

/** Subtracts a mean from a vector and scales the rest to unit length; the vector itself without a mean. */
export type Centre = (vector: Float32Array, mean: Mean | undefined) => Float32Array;

/**
 * Remembers each centred vector for as long as its original is cached: the same few thousand items are candidates again and
 * again.
 */
export function rememberingCentre(): Centre {
  const remembered = new WeakMap<Float32Array, { readonly version: string; readonly vector: Float32Array }>();
  return (vector, mean) => {
    if (mean === undefined) return vector;
    const known = remembered.get(vector);
    if (known?.version === mean.version) return known.vector;
    const result = centred(vector, mean.vector);
    remembered.set(vector, { version: mean.version, vector: result });
    return result;
  };
}
