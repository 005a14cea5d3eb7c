import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesOf, dot } from '../numeric/vector.ts';
import type { Embedder } from './embedder.ts';

export interface EmbedderSubject {
  readonly start: () => Embedder;
  /** An embedder whose model does not work. */
  readonly startBroken: () => Embedder;
  readonly dimensions: number;
  readonly prefixes: { readonly item: string; readonly query: string };
  /** A text longer than the model reads, and one that begins with all that it reads of it; `undefined` for no limit. */
  readonly overlong: readonly [string, string] | undefined;
  /** Random texts per property. */
  readonly runs: number;
}

/** The rules of `Embedder`, for any adapter. */
export function embedderContract(name: string, subject: EmbedderSubject): void {
  describe(`${name} keeps the rules of an embedder`, () => {
    let embedder: Embedder;
    beforeAll(() => {
      embedder = subject.start();
    });
    afterAll(() => embedder.close());

    const bytes = async (text: string, kind: 'item' | 'query' = 'item'): Promise<Buffer> =>
      bytesOf(await embedder.embed(text, kind));

    test('every text has a vector of unit length and of the dimensions that it says', async () => {
      expect(embedder.dimensions).toBe(subject.dimensions);
      const texts = fc.oneof(fc.constantFrom('', ' ', '\n', '🦉', 'ü'), fc.string({ unit: 'grapheme', maxLength: 60 }));
      await fc.assert(
        fc.asyncProperty(texts, fc.constantFrom('item', 'query'), async (text, kind) => {
          const vector = await embedder.embed(text, kind);
          expect(vector).toHaveLength(subject.dimensions);
          expect(dot(vector, vector)).toBeCloseTo(1, 5);
        }),
        { numRuns: subject.runs },
      );
    });

    test('the same text has the same bytes, whatever is embedded at the same time', async () => {
      const texts = ['a lighthouse', 'a lighthouse keeper at sea', '', 'bread', `${'long '.repeat(100)}text`];
      const alone: Buffer[] = [];
      for (const text of texts) alone.push(await bytes(text));
      const together = await Promise.all([...texts, ...texts.toReversed()].map((text) => bytes(text)));
      expect(together).toEqual([...alone, ...alone.toReversed()]);
    });

    test('other texts have other vectors, the nearer the more they say the same', async () => {
      const [lighthouse, keeper, bread] = await Promise.all(
        ['a lighthouse by the sea', 'the keeper of a lighthouse by the sea', 'rye bread from an oven'].map((text) =>
          embedder.embed(text, 'item'),
        ),
      );
      const near = dot(lighthouse!, keeper!);
      expect(near).toBeLessThan(0.999);
      expect(near).toBeGreaterThan(dot(lighthouse!, bread!));
    });

    test('items and queries are embedded behind the prefixes of the model', async () => {
      const { item, query } = subject.prefixes;
      expect(item).toBe('');
      expect(await bytes('sea', 'query')).toEqual(await bytes(`${query}sea`, 'item'));
      const areSame = (await bytes('sea', 'query')).equals(await bytes('sea', 'item'));
      expect(areSame).toBe(query === '');
    });

    test('a vector is the caller’s own', async () => {
      const before = await bytes('sea');
      (await embedder.embed('sea', 'item')).fill(7);
      expect(await bytes('sea')).toEqual(before);
    });

    test('the end of a text that is too long is ignored', async () => {
      const [text, beginning] = subject.overlong ?? ['sea', 'sea'];
      expect(await bytes(text)).toEqual(await bytes(beginning));
    });

    lifetimeContract(subject);
  });
}

function lifetimeContract(subject: EmbedderSubject): void {
  test('calls under way are answered before it closes, and later ones are refused', async () => {
    const closing = subject.start();
    const answers = ['a', 'b', 'c', 'd'].map((text) => closing.embed(text, 'item'));
    await closing.close();
    expect((await Promise.all(answers)).map((vector) => vector.length)).toEqual(Array(4).fill(subject.dimensions));
    await expect(closing.embed('late', 'item')).rejects.toThrow('closed');
    await closing.close();
  });

  test('a model that does not work rejects every text and can be closed', async () => {
    const broken = subject.startBroken();
    const outcomes = await Promise.allSettled([broken.embed('a', 'item'), broken.embed('b', 'query')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(broken.embed('again', 'item')).rejects.toThrow(Error);
    await broken.close();
  });
}
