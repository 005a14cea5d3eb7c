import type { ItemFields } from '@kindred/shared/catalog';
import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';

/** Groups of words that describe an item; each is compared on its own. */
const GROUPS = ['creators', 'labels', 'title', 'series'] as const;
type Group = (typeof GROUPS)[number];

/** Items as weighted words, for comparison. */
export interface ContentFeatures {
  /** One row per item, one column per word of a group; each group of a row has unit length. */
  readonly rows: SparseRows;
  readonly wordCount: number;
  /** Number of groups that each item has words in. */
  readonly groupCounts: Uint8Array;
}

const STOP_WORDS = new Set(
  'a an and at by for from in is it its of on or the to with vol volume book part series'.split(' '),
);
/** A word of more than this share of the items tells too little for its cost. */
const COMMON_SHARE_MAX = 0.5;
const WORD_LENGTH_MAX = 64;

/**
 * Weighs each item's words by inverse document frequency (`1 + ln(items / items with the word)`) and makes each group of
 * unit length: the inner product of two rows is the sum of the groups' cosines.
 * @returns Words numbered in the order of their first appearance. Cost: O(words of all items).
 */
export function contentFeatures(items: readonly ItemFields[]): ContentFeatures {
  const words = new Map<string, number>();
  const counts: number[] = [];
  const ofItems = items.map((fields) =>
    GROUPS.map((group) => {
      const own = new Set(wordsOf(fields, group).map((word) => `${group} ${word.slice(0, WORD_LENGTH_MAX)}`));
      return [...own].map((word) => {
        const number = words.get(word) ?? words.size;
        words.set(word, number);
        counts[number] = (counts[number] ?? 0) + 1;
        return number;
      });
    }),
  );
  const builder = new SparseRowsBuilder(items.length);
  const groupCounts = new Uint8Array(items.length);
  const countMax = Math.max(2, COMMON_SHARE_MAX * items.length);
  ofItems.forEach((groups, item) => {
    for (const numbers of groups) {
      const telling = numbers.filter((number) => counts[number]! <= countMax);
      const weights = telling.map((number) => 1 + Math.log(items.length / counts[number]!));
      const length = Math.hypot(...weights);
      for (const [place, number] of telling.entries()) builder.add(number, weights[place]! / length);
      if (telling.length > 0) groupCounts[item]!++;
    }
    builder.endRow();
  });
  return { rows: builder.done(), wordCount: words.size, groupCounts };
}

function wordsOf(
  { title = '', creator = '', tags = [], categories = [] }: ItemFields,
  group: Group,
): readonly string[] {
  switch (group) {
    case 'creators':
      return creator
        .split(/[,;&]|\band\b/i)
        .map((name) => name.trim().toLowerCase())
        .filter((name) => name !== '');
    case 'labels':
      return [...tags, ...categories].map((label) => label.toLowerCase());
    case 'title':
      return (title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !STOP_WORDS.has(word));
    case 'series':
      // The text in brackets, without its number: "The Two Towers (The Lord of the Rings, #2)".
      return [...title.toLowerCase().matchAll(/\(([^()]+)\)/g)]
        .map(([, text]) => text!.replace(/[\s,;:#.\d–-]+$/u, '').trim())
        .filter((text) => text !== '');
    default:
      return group satisfies never;
  }
}
