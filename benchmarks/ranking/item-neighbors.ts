import { type SparseRows, SparseRowsBuilder, transposed } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';

/**
 * The most similar items of each by who engaged with both: the cosine of their columns of users, with `shrinkage` added
 * to the product of their lengths, so that few shared users say little.
 * @param weights  A row a user, above 0.
 * @param keep  How many neighbours of each item are kept, ties to the smaller number.
 * Cost: O(Σ items of a user, squared).
 */
export function itemNeighbors(weights: SparseRows, itemCount: number, shrinkage: number, keep: number): SparseRows {
  const ofItems = transposed(weights, itemCount);
  const lengths = Float64Array.from({ length: itemCount }, (_, item) => {
    const column = ofItems.values.subarray(ofItems.starts[item], ofItems.starts[item + 1]);
    return Math.sqrt(column.reduce((sum, value) => sum + value * value, 0));
  });
  const products = new Float64Array(itemCount);
  const top = new TopK(keep);
  const builder = new SparseRowsBuilder(itemCount);
  for (let item = 0; item < itemCount; item++) {
    products.fill(0);
    for (let i = ofItems.starts[item]!; i < ofItems.starts[item + 1]!; i++) {
      const user = ofItems.columns[i]!;
      for (let j = weights.starts[user]!; j < weights.starts[user + 1]!; j++) {
        const other = weights.columns[j]!;
        products[other] = products[other]! + ofItems.values[i]! * weights.values[j]!;
      }
    }
    for (let other = 0; other < itemCount; other++) {
      if (other === item || products[other] === 0) continue;
      products[other] = products[other]! / (lengths[item]! * lengths[other]! + shrinkage);
      top.offer(other, products[other]!);
    }
    for (const other of top.take()) builder.add(other, products[other]!);
    builder.endRow();
  }
  return builder.done();
}
