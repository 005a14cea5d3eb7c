import { createHash } from 'node:crypto';
import type { ItemFields } from '@kindred/shared/catalog';

/**
 * Makes the text that stands for an item in the embedding model, from its fields in this order, one line each:
 * ```
 * {title}
 * by {creator}
 * {categories, comma-separated}
 * {tags, comma-separated}
 * {description}
 * ```
 * Fields without text leave no line.
 * @returns `undefined` for an item without any text: it gets no embedding.
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

/** SHA-256 of an item's text, kept beside its embedding to see if the text has changed since. */
export function textHash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
