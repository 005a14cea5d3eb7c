import { createDotKernel, LANE_BYTES, PAGE_BYTES } from './dot-kernel.ts';

/** @returns The inner product of two packed vectors, by their places. Some ten times as fast as `dot`. */
export type PackedProduct = (left: number, right: number) => number;

const kernel = createDotKernel();

/**
 * Lays vectors of one length side by side for many comparisons among them.
 * One set at a time: packing takes the place of what was packed before, so the product is to be used at once and not
 * kept over an `await`. Cost: one copy of the vectors.
 */
export function packVectors(vectors: readonly Float32Array[]): PackedProduct {
  const dimensions = vectors[0]?.length ?? 0;
  const byteLength = Math.ceil((dimensions * Float32Array.BYTES_PER_ELEMENT) / LANE_BYTES) * LANE_BYTES;
  const missing = vectors.length * byteLength - kernel.memory.buffer.byteLength;
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / PAGE_BYTES));
  vectors.forEach((vector, place) => {
    const row = new Float32Array(kernel.memory.buffer, place * byteLength, byteLength / Float32Array.BYTES_PER_ELEMENT);
    row.set(vector);
    row.fill(0, dimensions);
  });
  return (left, right) => kernel.dot(left * byteLength, right * byteLength, byteLength);
}
