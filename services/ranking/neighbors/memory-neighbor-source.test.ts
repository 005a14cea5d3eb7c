import { type ItemId, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { neighborSourceContract } from '@kindred/shared/neighbor.contract';
import { describe, expect, test } from 'vitest';
import { MemoryNeighborSource } from './memory-neighbor-source.ts';
import { memoryNeighbors } from './memory-neighbors.fixture.ts';

const SPACE = 'space' as SpaceId;

describe('neighbors in memory', () => neighborSourceContract(memoryNeighbors()));

test('a vector of a space that does not serve has no neighbors, nor has an item that is not embedded', async () => {
  const source = new MemoryNeighborSource();
  const item = 'item' as ItemId;
  const vector = Float32Array.of(1, 0);
  source.putItem(MAIN_CATALOG, item, {}, 1);
  source.embed(MAIN_CATALOG, SPACE, item, { vector, change: 2 });
  const ask = async (space: SpaceId) =>
    (await source.neighbors(MAIN_CATALOG, [{ target: { vector, space }, k: 1 }])).neighbors;
  expect(await ask(SPACE)).toEqual([[]]);
  source.serve(MAIN_CATALOG, SPACE, 3);
  expect(await ask(SPACE)).toEqual([[{ item, similarity: 1 }]]);
  expect(await ask('other' as SpaceId)).toEqual([[]]);
  source.removeItem(MAIN_CATALOG, item, 4);
  expect(await ask(SPACE)).toEqual([[]]);
  expect(await source.reached(MAIN_CATALOG, 4, 0)).toBe(4);
  expect(await source.reached(MAIN_CATALOG, 5, 0)).toBeUndefined();
});
