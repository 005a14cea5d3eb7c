import { type ItemId, itemIdSchema, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import type { NeighborQuery } from '@kindred/shared/neighbor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NeighborCache } from './neighbor-cache.ts';

const name: SpaceId = JSON.parse('"s"');
const space = { catalog: MAIN_CATALOG, space: name };
const id = (name: string): ItemId => itemIdSchema.parse(name);
const query = (item: number, k: number): NeighborQuery => ({ target: { item: id(`i${item}`) }, k });

test('answers as the engine does at the version that it names, whatever changes between questions', async () => {
  const steps = fc.array(
    fc.record({
      changes: fc.boolean(),
      // The engine may apply a change, or finish a build, before the position says so.
      ahead: fc.boolean(),
      queries: fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 2 })), { minLength: 1, maxLength: 4 }),
    }),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (given) => {
      const cache = new NeighborCache();
      let position = 0;
      let version = 0;
      let asked = 0;
      const truth = ({ target, k }: NeighborQuery, at: number) => [
        { item: id(`${'item' in target ? target.item : ''}-${k}-${at}`), similarity: 1 },
      ];
      for (const step of given) {
        if (step.changes) {
          version++;
          position++;
        }
        const queries = step.queries.map(([item, k]) => query(item, k));
        const answer = await cache.answer({ space, position, queries }, async (wanted) => {
          asked++;
          const at = version;
          if (step.ahead) version++;
          return { version: String(at), neighbors: wanted.map((one) => truth(one, at)) };
        });
        expect(answer.neighbors).toEqual(queries.map((one) => truth(one, Number(answer.version))));
      }
      expect(asked).toBeLessThanOrEqual(2 * given.length);
    }),
  );
});

test('asks the engine once while nothing changes', async () => {
  const cache = new NeighborCache();
  let asked = 0;
  const ask = () =>
    cache.answer({ space, position: 1, queries: [query(1, 5), query(2, 5)] }, async (wanted) => {
      asked += wanted.length;
      return { version: 'v', neighbors: wanted.map(() => []) };
    });
  await ask();
  await ask();
  expect(asked).toBe(2);
});
