import { addRow, type SparseRows, SparseRowsBuilder, transposed } from '@kindred/shared/numeric/sparse-rows';
import { TopK } from '@kindred/shared/numeric/top-k';
import { scaledRows, transposeInto } from '../matrix/dense-rows.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import type { ContentFeatures } from './content-features.ts';
import { contentScales, type ItemContent } from './content-kernel.ts';

/** Items of the tail whose likenesses to the head are held at once. */
const STRIP = 256;

/** A catalog too large for a dense fit, by the numbers of its items: the fitted ones, and all others; both rising. */
export interface HeadAndTail {
  readonly head: readonly number[];
  readonly tail: readonly number[];
}

/**
 * The items of the head that each item of the tail is most like in content, and how much: as `contentKernel` has it.
 * @param content  Of all items of the catalog.
 * @param keep  Entries of each row, at most.
 * @returns One row per item of the catalog, by falling likeness above 0; empty for the head.
 * Cost: O(tail · head · dimensions) in `multiply`, memory `STRIP · head`.
 */
export async function tailLikeness(
  { head, tail }: HeadAndTail,
  content: ItemContent,
  keep: number,
  multiply: MatrixProduct,
): Promise<SparseRows> {
  const itemCount = head.length + tail.length;
  const top = new TopK(keep);
  const builder = new SparseRowsBuilder(itemCount);
  let next = 0;
  const endRowsBefore = (item: number): void => {
    for (; next < item; next++) builder.endRow();
  };
  const strip = new Float32Array(STRIP * head.length);
  const writeStrip = stripWriter(head, content, strip, multiply);
  for (let start = 0; start < tail.length; start += STRIP) {
    const items = tail.slice(start, start + STRIP);
    await writeStrip(items);
    for (const [place, item] of items.entries()) {
      const row = strip.subarray(place * head.length, (place + 1) * head.length);
      for (let number = 0; number < head.length; number++) if (row[number]! > 0) top.offer(number, row[number]!);
      endRowsBefore(item);
      for (const number of top.take()) builder.add(head[number]!, row[number]!);
    }
  }
  endRowsBefore(itemCount);
  return builder.done();
}

/** @returns Writes the likenesses of at most `STRIP` items to the head into `strip`, one row per item. */
function stripWriter(
  head: readonly number[],
  content: ItemContent,
  strip: Float32Array,
  multiply: MatrixProduct,
): (items: readonly number[]) => Promise<void> {
  const { features, embeddings } = content;
  const scales = contentScales(content);
  const itemsOfWords = headByWord(features, head, scales);
  const headVectors = new Float32Array((embeddings?.dimensions ?? 0) * head.length);
  if (embeddings !== undefined) transposeInto(scaledRows(embeddings, head, scales), head.length, headVectors);
  return async (items) => {
    if (embeddings === undefined) strip.fill(0);
    else {
      const a = scaledRows(embeddings, items, scales, STRIP);
      const shape = { rows: STRIP, inner: embeddings.dimensions, columns: head.length };
      await multiply({ ...shape, a, b: headVectors, into: strip });
    }
    const { starts, columns, values } = features.rows;
    for (const [place, item] of items.entries()) {
      const row = strip.subarray(place * head.length, (place + 1) * head.length);
      for (let i = starts[item]!; i < starts[item + 1]!; i++) {
        addRow(itemsOfWords, columns[i]!, scales[item]! * values[i]!, row);
      }
    }
  };
}

/** Row per word: the items of the head that have it, by their numbers within the head. */
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
