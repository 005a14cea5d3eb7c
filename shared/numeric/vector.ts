/** Inner product of two vectors of one length; the cosine when both have unit length. Cost: O(dimensions). */
export function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i]! * right[i]!;
  return sum;
}

/** The vector scaled to unit length, in place and returned; a zero vector stays as it is. */
export function normalise(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! / length;
  return vector;
}

/** `vector − centre`, scaled to unit length: removes the direction that all texts of a catalog share. */
export function centred(vector: Float32Array, centre: Float32Array): Float32Array {
  const result = new Float32Array(vector.length);
  for (let i = 0; i < vector.length; i++) result[i] = vector[i]! - centre[i]!;
  return normalise(result);
}

/** A vector as bytes for storage: little-endian 32-bit floats. No copy. */
export function bytesOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** Reads what `bytesOf` wrote. Copies, because stored bytes need not be aligned. */
export function vectorOf(bytes: Uint8Array): Float32Array {
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  return new Float32Array(copy.buffer);
}
