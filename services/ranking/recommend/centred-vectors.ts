import { centred } from '@kindred/shared/numeric/vector';

/** A catalog's mean embedding at one version. */
export interface Mean {
  readonly vector: Float32Array;
  readonly version: string;
}

/**
 * Centres vectors on a mean, and remembers each result for as long as its vector is kept by whoever keeps it: the same
 * few thousand items are candidates again and again.
 */
export function createCentredVectors(): (vector: Float32Array, mean: Mean | undefined) => Float32Array {
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
