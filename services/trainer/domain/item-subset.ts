import { SparseRowsBuilder } from '@kindred/shared/model/sparse-rows';
import { hashOf } from './held-out.ts';
import { momentsAt, type TrainingData } from './training-data.ts';

/** @returns The data of a hashed choice of about `countMax` items, numbered anew in their order; all where there are no more. */
export function someItems(data: TrainingData, countMax: number, seed: number): TrainingData {
  const share = countMax / data.items.length;
  if (share >= 1) return data;
  const chosen = [...data.items.keys()].filter((item) => hashOf(seed, item, 0) < share);
  const numberOf = new Int32Array(data.items.length).fill(-1);
  for (const [number, item] of chosen.entries()) numberOf[item] = number;
  const { starts, columns, values } = data.strengths;
  const strengths = new SparseRowsBuilder(starts.length - 1);
  const kept: number[] = [];
  for (let user = 0; user + 1 < starts.length; user++) {
    for (let i = starts[user]!; i < starts[user + 1]!; i++) {
      const number = numberOf[columns[i]!]!;
      if (number < 0) continue;
      strengths.add(number, values[i]!);
      kept.push(i);
    }
    strengths.endRow();
  }
  const { dimensions, vectors } = data.embeddings ?? { dimensions: 0, vectors: new Float32Array(0) };
  const picked = new Float32Array(chosen.length * dimensions);
  for (const [number, item] of chosen.entries()) {
    picked.set(vectors.subarray(item * dimensions, (item + 1) * dimensions), number * dimensions);
  }
  return {
    items: chosen.map((item) => data.items[item]!),
    fields: chosen.map((item) => data.fields[item]!),
    embeddings: data.embeddings && { dimensions, vectors: picked },
    strengths: strengths.done(),
    moments: momentsAt(data.moments, kept),
  };
}
