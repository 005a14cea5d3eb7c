import { seededRandom } from '@kindred/shared/numeric/random';
import { elementOf, type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { inverse, Matrix } from 'ml-matrix';
import { expect, test } from 'vitest';
import { onnxMatrixProduct } from '../adapters/onnx-matrix-product.ts';
import { addGram } from '../matrix/gram.ts';
import { tiledMatrix } from '../matrix/tiled-matrix.ts';
import { fitItemItem } from './ease.ts';
import { engagementWeights } from './engagement-weights.ts';

const multiply = await onnxMatrixProduct(1);
const USERS = 60;
const ITEMS = 25;

function strengthsOf(seed: number): SparseRows {
  const random = seededRandom(seed);
  const builder = new SparseRowsBuilder(USERS);
  for (let user = 0; user < USERS; user++) {
    for (let item = 0; item < ITEMS; item++) if (random() < 0.3) builder.add(item, random() < 0.3 ? 0 : 1);
    builder.endRow();
  }
  return builder.done();
}

/** Weights of the closed form, by a dense inverse. */
function closedForm(weights: SparseRows, lambda: number): readonly (readonly number[])[] {
  const x = Matrix.zeros(USERS, ITEMS);
  for (let user = 0; user < USERS; user++) {
    for (let i = weights.starts[user]!; i < weights.starts[user + 1]!; i++)
      x.set(user, weights.columns[i]!, weights.values[i]!);
  }
  const p = inverse(
    x
      .transpose()
      .mmul(x)
      .add(Matrix.eye(ITEMS, ITEMS, lambda)),
  );
  return Array.from({ length: ITEMS }, (_, i) =>
    Array.from({ length: ITEMS }, (_, j) => (i === j ? 0 : -p.get(i, j) / p.get(j, j))),
  );
}

test.each([3, 4, 5])(
  'the weights are those of the closed form, the largest of each row by magnitude, of both signs (seed %i)',
  async (seed) => {
    const weights = engagementWeights(strengthsOf(seed), { seenWeight: 0.5, userExponent: 0 });
    const lambda = 5;
    const wanted = closedForm(weights, lambda);
    const keep = 6;
    const gram = tiledMatrix(ITEMS);
    addGram(gram, weights);
    const rows = await fitItemItem(gram, { lambda, keep, added: undefined }, multiply);
    for (const [i, row] of wanted.entries()) {
      const best = row
        .map(Math.abs)
        .sort((a, b) => b - a)
        .slice(0, keep);
      const found = rows.values.subarray(rows.starts[i], rows.starts[i + 1]);
      expect(found).toHaveLength(keep);
      for (const [place, weight] of found.entries()) expect(Math.abs(weight)).toBeCloseTo(best[place]!, 5);
      for (const j of rows.columns.subarray(rows.starts[i], rows.starts[i + 1])) {
        expect(elementOf(rows, i, j)).toBeCloseTo(row[j]!, 5);
      }
    }
    expect(rows.values.some((weight) => weight > 0)).toBe(true);
    expect(rows.values.some((weight) => weight < 0)).toBe(true);
  },
);

test('rows fall by magnitude, have no weight of 0 and none to the item itself; all that are kept are the whole row', async () => {
  const gram = tiledMatrix(ITEMS);
  addGram(gram, engagementWeights(strengthsOf(6), { seenWeight: 0.5, userExponent: 0.2 }));
  const rows = await fitItemItem(gram, { lambda: 2, keep: 400, added: undefined }, multiply);
  for (let i = 0; i < ITEMS; i++) {
    const columns = [...rows.columns.subarray(rows.starts[i], rows.starts[i + 1])];
    const sizes = [...rows.values.subarray(rows.starts[i], rows.starts[i + 1])].map(Math.abs);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(columns).not.toContain(i);
    expect(new Set(columns).size).toBe(ITEMS - 1);
  }
});

test('weights keep their mean square for every exponent, and items only seen get the weight asked for', () => {
  const strengths = strengthsOf(8);
  const squares = (rows: SparseRows): number => rows.values.reduce((sum, value) => sum + value * value, 0);
  const plain = engagementWeights(strengths, { seenWeight: 0.5, userExponent: 0 });
  expect(plain.columns.length).toBe(strengths.columns.length);
  for (const [i, value] of plain.values.entries()) expect(value).toBe(strengths.values[i] === 0 ? 0.5 : 1);
  for (const userExponent of [0.2, 0.5]) {
    const turned = engagementWeights(strengths, { seenWeight: 0.5, userExponent });
    expect(squares(turned)).toBeCloseTo(squares(plain), 2);
  }
  const positives = engagementWeights(strengths, { seenWeight: 0, userExponent: 0 });
  expect(positives.columns.length).toBe(strengths.values.filter((value) => value > 0).length);
});
