import { dot } from '@kindred/shared/numeric/vector';

/** Most by which a squared length may differ from 1 and still be taken for the rounding of a stored unit vector. */
const SQUARED_LENGTH_TOLERANCE = 0.02;
const ROUNDING = 1e-6;

/**
 * Checks a vector that is to be stored or searched for: an approximate index given anything else would end the process or
 * answer wrongly.
 * @returns The vector itself, or a copy scaled to unit length where rounding had moved it.
 * @throws {RangeError} when the length is not `dimensions`, a number is not finite or the vector is not of unit length.
 */
export function unitVector(vector: Float32Array, dimensions: number): Float32Array {
  if (vector.length !== dimensions)
    throw new RangeError(`a vector of ${vector.length} dimensions in a space of ${dimensions}`);
  const squared = dot(vector, vector);
  if (!Number.isFinite(squared)) throw new RangeError('a vector with a number that is not finite');
  if (Math.abs(squared - 1) > SQUARED_LENGTH_TOLERANCE) {
    throw new RangeError(`a vector of length ${Math.sqrt(squared).toFixed(3)}, not of unit length`);
  }
  if (Math.abs(squared - 1) <= ROUNDING) return vector;
  const scale = 1 / Math.sqrt(squared);
  return vector.map((value) => value * scale);
}

/** True if two vectors of one length hold equal numbers. */
export function sameVector(left: Float32Array, right: Float32Array): boolean {
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
