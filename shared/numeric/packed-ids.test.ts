import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ItemId } from '../id.ts';
import { packIds, unpackIds } from './packed-ids.ts';

test('ids come back as they were, each with its place', async () => {
  const drawn = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), { maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(drawn, async (given) => {
      const { ids, numbers } = await unpackIds(packIds(given as ItemId[]));
      expect(ids).toEqual(given);
      expect([...numbers]).toEqual(given.map((id, place) => [id, place]));
    }),
  );
});
