import type { ItemFields } from '@kindred/shared/catalog';
import type { ItemId } from '@kindred/shared/id';
import type { ItemRow } from './item-reader.ts';

/** An item as it is answered where a request expands items: its fields with their defaults. */
export type ItemDetails = ItemFields & { readonly id: ItemId };

export function itemDetails({ item, fields, createdAtMs }: ItemRow): ItemDetails {
  return { id: item, available: true, ...fields, createdAt: new Date(createdAtMs).toISOString() };
}
