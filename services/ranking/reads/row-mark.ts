import type { ItemId } from '@kindred/shared/id';
import type { ItemRow } from './item-reader.ts';

/** Names the state in which an item was read: equal marks mean equal row and embedding, or that the item exists neither time. */
export function rowMark(item: ItemId, row: ItemRow | undefined): string {
  return `${item}\n${row?.change}\n${row?.embeddingChange}`;
}
