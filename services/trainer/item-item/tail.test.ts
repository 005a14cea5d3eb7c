import type { ItemFields } from '@kindred/shared/catalog';
import { seededRandom } from '@kindred/shared/numeric/random';
import { elementOf, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { normalise } from '@kindred/shared/numeric/vector';
import { expect, test } from 'vitest';
import { onnxMatrixProduct } from '../adapters/onnx-matrix-product.ts';
import { contentFeatures } from './content-features.ts';
import { contentKernel } from './content-kernel.ts';
import { tailLikeness, withTail } from './tail.ts';

const multiply = await onnxMatrixProduct(1);
const DIMENSIONS = 8;

/** Items of a few words, most with an embedding; every third is in the head. */
function content(itemCount: number) {
  const random = seededRandom(17);
  const word = (): string => `w${Math.floor(12 * random())}`;
  const fields = Array.from({ length: itemCount }, (): ItemFields => ({ title: word(), tags: [word(), word()] }));
  const vectors = new Float32Array(itemCount * DIMENSIONS);
  for (let item = 0; item < itemCount; item++) {
    if (item % 7 === 0) continue;
    const vector = normalise(Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5));
    vectors.set(vector, item * DIMENSIONS);
  }
  const all = Array.from({ length: itemCount }, (_, item) => item);
  const parts = { head: all.filter((item) => item % 3 === 0), tail: all.filter((item) => item % 3 !== 0) };
  return { features: contentFeatures(fields), embeddings: { dimensions: DIMENSIONS, vectors }, parts };
}

test('an item of the tail is as like those of the head as the kernel of all items says, the most alike first', async () => {
  // More than a strip of the tail.
  const { features, embeddings, parts } = content(500);
  for (const vectors of [embeddings, undefined]) {
    const kernel = await contentKernel(features, vectors, multiply);
    const rows = await tailLikeness(parts, { features, embeddings: vectors }, 5, multiply);
    for (const item of parts.head) expect(rows.starts[item + 1]).toBe(rows.starts[item]);
    for (const item of parts.tail) {
      const wanted = parts.head
        .map((other) => kernel.at(item, other))
        .filter((likeness) => likeness > 1e-6)
        .sort((a, b) => b - a)
        .slice(0, 5);
      const [start, end] = [rows.starts[item]!, rows.starts[item + 1]!];
      expect(end - start).toBe(wanted.length);
      for (let i = start; i < end; i++) {
        expect(rows.values[i]).toBeCloseTo(wanted[i - start]!, 4);
        expect(rows.values[i]).toBeCloseTo(kernel.at(item, rows.columns[i]!), 4);
      }
    }
  }
});

test('content leads to the tail through what it is like, and from it, as the products of whole matrices say', () => {
  const itemCount = 9;
  const random = seededRandom(23);
  const isHead = (item: number): boolean => item < 5;
  const dense = (takes: (row: number, column: number) => boolean) =>
    Array.from({ length: itemCount }, (_, row) =>
      Array.from({ length: itemCount }, (_, column) => (takes(row, column) && random() < 0.6 ? random() : 0)),
    );
  const sparse = (rows: readonly (readonly number[])[]) => {
    const builder = new SparseRowsBuilder(itemCount);
    for (const row of rows) {
      for (const [column, value] of row.entries()) if (value > 0) builder.add(column, value);
      builder.endRow();
    }
    return builder.done();
  };
  const ofHead = dense((row, column) => row !== column && isHead(row) && isHead(column));
  const donated = dense((row, column) => !isHead(row) && isHead(column));
  const found = withTail(sparse(ofHead), sparse(donated), itemCount);
  const sum = (of: (k: number) => number): number =>
    [...Array(itemCount).keys()].reduce((total, k) => total + of(k), 0);
  for (let row = 0; row < itemCount; row++) {
    for (let column = 0; column < itemCount; column++) {
      const to = 0.25 * donated[column]![row]! + sum((k) => ofHead[row]![k]! * donated[column]![k]!);
      const alike = 0.25 * sum((k) => donated[row]![k]! * donated[column]![k]!);
      const from = 0.25 * donated[row]![column]! + sum((k) => donated[row]![k]! * ofHead[k]![column]!) + alike;
      const wanted = row === column ? 0 : ofHead[row]![column]! + to + from;
      expect(elementOf(found, row, column)).toBeCloseTo(wanted, 5);
    }
  }
});
