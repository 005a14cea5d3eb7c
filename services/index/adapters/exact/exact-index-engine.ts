import { predicateOf } from '@kindred/shared/filter';
import { compareIds, type ItemId } from '@kindred/shared/id';
import { unitVector } from '../../domain/unit-vector.ts';
import type { VectorIndex } from '../../ports/index-engine.ts';
import type { ItemTable } from '../hnsw/domain/item-table.ts';
import { createVectorStore, type VectorStore } from '../hnsw/domain/vector-store.ts';

const K_MAX = 1_000;

/**
 * Compares with everything and sorts it all: slow, and so plain that it is the oracle for other indexes. A removed
 * vector leaves memory at once. Cost of a search: O(items · (dimensions + log items)).
 */
export function createExactIndex({ dimensions, items }: { dimensions: number; items: ItemTable }): VectorIndex {
  const vectors = new Map<ItemId, Float32Array>();
  /** Computes similarities as other indexes do, so that they can be compared to the last bit. */
  const scratch: VectorStore = createVectorStore(dimensions);
  scratch.append(0, new Float32Array(dimensions));

  return {
    get size() {
      return vectors.size;
    },
    tombstones: 0,
    unindexed: 0,
    has: (item) => vectors.has(item),
    upsert(item, vector) {
      vectors.set(item, unitVector(vector, dimensions).slice());
    },
    remove: (item) => vectors.delete(item),
    search({ target, k, filter = {} }) {
      if (!Number.isInteger(k) || k < 1 || k > K_MAX)
        throw new RangeError(`k must be a whole number from 1 to ${K_MAX}, not ${k}`);
      const vector = 'item' in target ? vectors.get(target.item) : unitVector(target.vector, dimensions);
      if (vector === undefined) return [];
      scratch.aim(vector);
      const passes = predicateOf(filter);
      return [...vectors]
        .filter(([item]) => {
          const fields = items.filterFieldsOf(item);
          return fields !== undefined && passes(fields) && !('item' in target && target.item === item);
        })
        .map(([item, other]) => {
          scratch.vectorAt(0).set(other);
          return { item, similarity: scratch.similarity(0) };
        })
        .sort((left, right) => right.similarity - left.similarity || compareIds(left.item, right.item))
        .slice(0, k);
    },
    work: () => false,
  };
}
