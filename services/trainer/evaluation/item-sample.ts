import { pickItems } from '../history/item-subset.ts';
import type { TrainingData } from '../history/training-data.ts';
import { hashOf } from './seeded-hash.ts';

/**
 * The data of about `countMax` items, chosen by a hash and numbered from 0 in their order.
 * @returns `data` itself where it has no more items than that.
 */
export function someItems(data: TrainingData, countMax: number, seed: number): TrainingData {
  const share = countMax / data.items.length;
  if (share >= 1) return data;
  const isChosen = (item: number): boolean => hashOf(seed, item, 0) < share;
  return pickItems(data, [...data.items.keys()].filter(isChosen));
}
