import { seededRandom } from '@kindred/shared/numeric/random';
import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { expect, test } from 'vitest';
import { onnxMatrixProduct } from '../adapters/onnx-matrix-product.ts';
import { spectralStrips, spectrumOf } from './gf-cf.ts';

const multiply = await onnxMatrixProduct(1);
const USERS = 300;
const ITEMS = 60;
const RANK = 4;

/** Users of a few tastes, so that few directions hold most. */
function engagements(): SparseRows {
  const random = seededRandom(12);
  const builder = new SparseRowsBuilder(USERS);
  for (let user = 0; user < USERS; user++) {
    for (let item = 0; item < ITEMS - 1; item++)
      if (random() < (item % RANK === user % RANK ? 0.5 : 0.05)) builder.add(item, 1);
    builder.endRow();
  }
  return builder.done();
}

test('the filter is the projection on the leading directions of the scaled engagements', async () => {
  const rows = engagements();
  const { starts, columns, values } = rows;
  const lengths = new Float64Array(ITEMS);
  for (const [i, item] of columns.entries()) lengths[item] = lengths[item]! + values[i]! ** 2;
  const scaled = Matrix.zeros(USERS, ITEMS);
  for (let user = 0; user < USERS; user++) {
    for (let i = starts[user]!; i < starts[user + 1]!; i++)
      scaled.set(user, columns[i]!, values[i]! / Math.sqrt(lengths[columns[i]!]!));
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(scaled.transpose().mmul(scaled));
  const order = [...realEigenvalues.keys()].sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!).slice(0, RANK);
  const spectrum = await spectrumOf(rows, ITEMS, RANK, multiply);
  const strip = await spectralStrips(spectrum, 2, multiply)(0);
  for (let i = 0; i < ITEMS; i++) {
    for (let j = 0; j < ITEMS; j++) {
      const projection = order.reduce((sum, r) => sum + eigenvectorMatrix.get(i, r) * eigenvectorMatrix.get(j, r), 0);
      const wanted = lengths[i] === 0 ? 0 : 2 * projection * Math.sqrt(lengths[j]! / lengths[i]!);
      expect(strip[i * ITEMS + j]).toBeCloseTo(wanted, 3);
    }
  }
});
