import { createHash } from 'node:crypto';
import type { ItemFields } from '@kindred/shared/catalog';

/**
 * The text that stands for an item in the embedding model, from its fields in this order, each on a line of its own:
 * ```
 * {title}
 * by {creator}
 * {categories, comma-separated}
 * {tags, comma-separated}
 * {description}
 * ```
 * Fields without text leave no line.
 * @returns `undefined` for an item that has no text at all: it gets no embedding.
 */
export function itemText(fields: ItemFields): string | undefined {
  const lines = [
    fields.title,
    fields.creator && `by ${fields.creator}`,
    fields.categories?.join(', '),
    fields.tags?.join(', '),
    fields.description,
  ];
  const text = lines
    .map((line) => line?.trim())
    .filter(Boolean)
    .join('\n');
  return text === '' ? undefined : text;
}

/** Tells whether an item's text changed since it was embedded. */
export function textHash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
