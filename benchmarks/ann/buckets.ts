import type { Filter } from '@kindred/shared/catalog';
import { hashOrdered } from '../measure/stable-hash.ts';
import type { EmbeddedItem } from './embedded-items.ts';

/** The attribute that the benchmark adds to each item: a number in [0, 1), evenly spread, unrelated to its content. */
const BUCKET = 'bench-bucket';

/** Gives every item its bucket. */
export function withBuckets(items: readonly EmbeddedItem[], seed: number): readonly EmbeddedItem[] {
  const ordered = hashOrdered(items, ({ item }) => item, `bucket ${seed}`);
  const buckets = new Map(ordered.map(({ item }, place) => [item, place / ordered.length]));
  return items.map(({ item, fields, vector }) => ({
    item,
    vector,
    fields: { ...fields, attributes: { ...fields.attributes, [BUCKET]: buckets.get(item) ?? 0 } },
  }));
}

/**
 * Makes filters that each keep this share of the items, and different items.
 * @param share  In (0, 1]; 1 gives one filter that keeps all.
 * @param countMax  At most this many filters.
 */
export function filtersKeeping(share: number, countMax: number): readonly Filter[] {
  const count = Math.max(1, Math.min(countMax, Math.floor(1 / share)));
  return Array.from({ length: count }, (_, place) => {
    const from = place / count;
    return { attributes: { [BUCKET]: { gte: from, lte: from + share - 1e-9 } } };
  });
}
