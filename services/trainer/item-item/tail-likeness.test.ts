import type { ItemFields } from '@kindred/shared/catalog';
import { seededRandom } from '@kindred/shared/numeric/random';
import { normalise } from '@kindred/shared/numeric/vector';
import { expect, test } from 'vitest';
import { onnxMatrixProduct } from '../adapters/onnx-matrix-product.ts';
import { contentFeatures } from './content-features.ts';
import { contentKernel } from './content-kernel.ts';
import { tailLikeness } from './tail-likeness.ts';

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
    const described = { features, embeddings: vectors };
    const kernel = await contentKernel(described, multiply);
    const rows = await tailLikeness(parts, described, 5, multiply);
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
