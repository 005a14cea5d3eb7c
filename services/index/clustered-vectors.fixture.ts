import { normalise } from '@kindred/shared/numeric/vector';

export interface ClusteredVectors {
  readonly count: number;
  readonly dimensions: number;
  readonly seed: number;
  readonly clusters?: number;
}

/**
 * Unit vectors shaped like text embeddings: a direction that all share, clusters in a space of few latent dimensions,
 * and noise in every dimension. The same seed gives the same vectors, and a longer run begins with the shorter one's.
 */
export function clusteredVectors({ count, dimensions, seed, clusters = 100 }: ClusteredVectors): Float32Array[] {
  const uniform = generator(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const latent = Math.min(40, dimensions);
  const normals = (length: number, scale: number): Float32Array =>
    Float32Array.from({ length }, () => normal() * scale);
  const axes = Array.from({ length: latent }, () => normals(dimensions, 1 / Math.sqrt(dimensions)));
  const shared = normals(dimensions, 1.2 / Math.sqrt(dimensions));
  const centres = Array.from({ length: clusters }, () => normals(latent, 1 / Math.sqrt(latent)));
  return Array.from({ length: count }, () => {
    const centre = centres[Math.floor(uniform() * clusters)]!;
    const vector = normals(dimensions, 0.35 / Math.sqrt(dimensions));
    for (let i = 0; i < dimensions; i++) vector[i]! += shared[i]!;
    axes.forEach((axis, i) => {
      const along = centre[i]! + (0.7 * normal()) / Math.sqrt(latent);
      for (let j = 0; j < dimensions; j++) vector[j]! += along * axis[j]!;
    });
    return normalise(vector);
  });
}

/** Numbers in [0, 1): the generator "mulberry32". */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
