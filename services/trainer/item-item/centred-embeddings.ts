import type { Embeddings } from '../history/training-data.ts';

/** Squared length below which a centred embedding is rounding alone: the only item, or one equal to the mean. */
const SQUARED_LENGTH_MIN = 1e-12;

/** Embeddings without their mean, of unit length again; 0 for an item without an embedding, or without one of its own. */
export function centredEmbeddings({ dimensions, vectors }: Embeddings): Embeddings {
  const count = vectors.length / dimensions;
  const mean = new Float64Array(dimensions);
  const lengths = new Float64Array(count);
  let embedded = 0;
  for (let item = 0; item < count; item++) {
    for (let d = 0; d < dimensions; d++) lengths[item] = lengths[item]! + vectors[item * dimensions + d]! ** 2;
    if (lengths[item] === 0) continue;
    embedded++;
    for (let d = 0; d < dimensions; d++) mean[d] = mean[d]! + vectors[item * dimensions + d]!;
  }
  const centred = new Float32Array(vectors.length);
  for (let item = 0; item < count; item++) {
    if (lengths[item] === 0) continue;
    let length = 0;
    for (let d = 0; d < dimensions; d++) {
      const value = vectors[item * dimensions + d]! - mean[d]! / embedded;
      centred[item * dimensions + d] = value;
      length += value * value;
    }
    if (length < SQUARED_LENGTH_MIN) centred.fill(0, item * dimensions, (item + 1) * dimensions);
    else for (let d = 0; d < dimensions; d++) centred[item * dimensions + d]! /= Math.sqrt(length);
  }
  return { dimensions, vectors: centred };
}
