import { addRow, type SparseRows, SparseRowsBuilder, transposed } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';
import type { Embeddings } from '../history/training-data.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import type { ContentFeatures } from './content-features.ts';
import { contentScales } from './content-kernel.ts';

/** Items of the tail whose likenesses to the head are held at once. */
const STRIP = 256;

/** Items of a catalog too large for a dense fit: those that are fitted, and all others; both rising. */
export interface HeadAndTail {
  readonly head: readonly number[];
  readonly tail: readonly number[];
}

/**
 * The items of the head that each item of the tail is most like in content, as `contentKernel` has it, and how much.
 * @param embeddings  Centred, unit length.
 * @returns A row an item of the catalog, at most `keep` entries, by falling likeness; empty for the head.
 * Cost: O(tail · head · dimensions) in `multiply`, memory `STRIP·head`.
 */
export async function tailLikeness(
  { head, tail }: HeadAndTail,
  content: { readonly features: ContentFeatures; readonly embeddings: Embeddings | undefined },
  keep: number,
  multiply: MatrixProduct,
): Promise<SparseRows> {
  const { features, embeddings } = content;
  const itemCount = head.length + tail.length;
  const scales = contentScales(features, embeddings);
  const itemsOfWords = headByWord(features, head, scales);
  const headVectors = embeddings && turnedVectors(embeddings, head, scales);
  const top = new TopK(keep);
  const builder = new SparseRowsBuilder(itemCount);
  let next = 0;
  const endRowsBefore = (item: number): void => {
    for (; next < item; next++) builder.endRow();
  };
  const strip = new Float32Array(STRIP * head.length);
  for (let start = 0; start < tail.length; start += STRIP) {
    const items = tail.slice(start, start + STRIP);
    if (embeddings === undefined || headVectors === undefined) strip.fill(0);
    else {
      const { dimensions } = embeddings;
      const a = scaledVectors(embeddings, items, scales, STRIP);
      await multiply({ a, b: headVectors, rows: STRIP, inner: dimensions, columns: head.length, into: strip });
    }
    for (const [place, item] of items.entries()) {
      const row = strip.subarray(place * head.length, (place + 1) * head.length);
      const { starts, columns, values } = features.rows;
      for (let i = starts[item]!; i < starts[item + 1]!; i++) {
        addRow(itemsOfWords, columns[i]!, scales[item]! * values[i]!, row);
      }
      for (let number = 0; number < head.length; number++) if (row[number]! > 0) top.offer(number, row[number]!);
      endRowsBefore(item);
      for (const number of top.take()) builder.add(head[number]!, row[number]!);
    }
  }
  endRowsBefore(itemCount);
  return builder.done();
}

/** Of each word, the items of the head that have it, by their numbers within the head. */
function headByWord({ rows, wordCount }: ContentFeatures, head: readonly number[], scales: Float32Array): SparseRows {
  const builder = new SparseRowsBuilder(head.length);
  for (const item of head) {
    for (let i = rows.starts[item]!; i < rows.starts[item + 1]!; i++) {
      builder.add(rows.columns[i]!, scales[item]! * rows.values[i]!);
    }
    builder.endRow();
  }
  return transposed(builder.done(), wordCount);
}

/** Shape `[rows, dimensions]`, 0 past the last item. */
function scaledVectors(
  { dimensions, vectors }: Embeddings,
  items: readonly number[],
  scales: Float32Array,
  rows: number,
): Float32Array {
  const scaled = new Float32Array(rows * dimensions);
  for (const [row, item] of items.entries()) {
    for (let d = 0; d < dimensions; d++) {
      scaled[row * dimensions + d] = scales[item]! * vectors[item * dimensions + d]!;
    }
  }
  return scaled;
}

/** Shape `[dimensions, items]`. */
function turnedVectors(embeddings: Embeddings, items: readonly number[], scales: Float32Array): Float32Array {
  const { dimensions } = embeddings;
  const scaled = scaledVectors(embeddings, items, scales, items.length);
  const turned = new Float32Array(scaled.length);
  for (let row = 0; row < items.length; row++) {
    for (let d = 0; d < dimensions; d++) turned[d * items.length + row] = scaled[row * dimensions + d]!;
  }
  return turned;
}

/** What an item of the tail counts beside those that it is like, as one of them leads to the next. */
const OWN_WEIGHT = 0.25;

/**
 * Lets content lead to the tail and from it: what leads to an item's likes leads to the item, and the item leads where
 * they lead, to them, and to what is like them too.
 * @param content  Rows of the head.
 * @param donated  A row an item of the tail: its likes, weights that sum to 1.
 * @param keep  Entries of each row. Cost: O(items²) and the entries that are added up.
 */
export function withTail(content: SparseRows, donated: SparseRows, keep: number): SparseRows {
  const itemCount = content.starts.length - 1;
  const recipients = transposed(donated, itemCount);
  const builder = new SparseRowsBuilder(itemCount);
  const row = new Float32Array(itemCount);
  const top = new TopK(keep);
  for (let item = 0; item < itemCount; item++) {
    row.fill(0);
    addRow(content, item, 1, row);
    addRow(recipients, item, OWN_WEIGHT, row);
    for (let i = content.starts[item]!; i < content.starts[item + 1]!; i++) {
      addRow(recipients, content.columns[i]!, content.values[i]!, row);
    }
    addRow(donated, item, OWN_WEIGHT, row);
    for (let i = donated.starts[item]!; i < donated.starts[item + 1]!; i++) {
      addRow(content, donated.columns[i]!, donated.values[i]!, row);
      addRow(recipients, donated.columns[i]!, OWN_WEIGHT * donated.values[i]!, row);
    }
    for (let other = 0; other < itemCount; other++) {
      if (other !== item && row[other]! > 0) top.offer(other, row[other]!);
    }
    for (const other of top.take()) builder.add(other, row[other]!);
    builder.endRow();
  }
  return builder.done();
}
