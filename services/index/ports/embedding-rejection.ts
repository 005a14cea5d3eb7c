import type { EmbeddingChange } from '../domain/change.ts';
import type { Rejection } from './index-engine.ts';

/**
 * Stores an embedding, or says why it cannot be stored.
 * @param store  Throws the `RangeError` of `unitVector` for a vector that is not of the space; anything else is a bug.
 * @returns `[]`, or the one embedding.
 */
export function rejectionsOf({ catalog, space, item }: EmbeddingChange, store: () => void): readonly Rejection[] {
  try {
    store();
    return [];
  } catch (error) {
    if (error instanceof RangeError) return [{ catalog, space, item, reason: error.message }];
    throw error;
  }
}
