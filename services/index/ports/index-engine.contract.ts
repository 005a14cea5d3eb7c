import { filterFieldsOf } from '@kindred/shared/filter';
import { MAIN_CATALOG } from '@kindred/shared/id';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  elsewhere,
  embeddingOf,
  FILLED,
  fill,
  id,
  itemOf,
  key,
  otherSpace,
  space,
  spaceOf,
  testVectors,
  toOpen,
} from './engine-catalog.fixture.ts';
import type { EngineUnderTest } from './engine-under-test.fixture.ts';
import { EngineDeadError, type IndexEngine } from './index-engine.ts';
import { engineHistoryContract } from './index-engine-history.contract.ts';
import { engineRecallContract } from './index-engine-recall.contract.ts';

export interface EngineContractOptions {
  /** Number of random histories; default 150. */
  readonly histories?: number;
}

/** Everything that each `IndexEngine` must keep. */
export function indexEngineContract(
  start: () => EngineUnderTest | Promise<EngineUnderTest>,
  { histories = 150 }: EngineContractOptions = {},
): void {
  let tested: EngineUnderTest;
  let engine: IndexEngine;
  beforeEach(async () => {
    tested = await start();
    ({ engine } = tested);
  });
  afterEach(() => engine.close());

  answersContract(() => engine);
  spacesContract(() => engine);
  inputContract(() => engine);
  engineHistoryContract(() => tested, histories);
  engineRecallContract(() => tested);
}

async function nearest(engine: IndexEngine, i: number, k = 3) {
  const { neighbors } = await engine.search(key, [{ target: { vector: testVectors[i]! }, k }]);
  return neighbors[0]!.map(({ item }) => item);
}

function answersContract(engine: () => IndexEngine): void {
  test('answers a list per query, in their order, with a version that changes with each change', async () => {
    await fill(engine());
    const queries = [
      { target: { item: id(5) }, k: 4 },
      { target: { vector: testVectors[7]! }, k: 1 },
      { target: { item: id(9_999) }, k: 4 },
    ];
    const before = await engine().search(key, queries);
    expect(before.neighbors.map((list) => list.length)).toEqual([4, 1, 0]);
    expect(before.neighbors[1]![0]!.item).toBe(id(7));
    await engine().apply([itemOf(7, { change: 900, fields: filterFieldsOf({ available: false }) })]);
    const after = await engine().search(key, queries);
    expect(after.neighbors[1]![0]!.item).not.toBe(id(7));
    expect(after.version).not.toBe(before.version);
  });

  test('a deleted item, and one whose embedding is gone, is not answered any more', async () => {
    await fill(engine());
    await engine().apply([itemOf(1, { fields: undefined, spaces: [] }), itemOf(2, { spaces: [otherSpace] })]);
    expect(await nearest(engine(), 1)).not.toContain(id(1));
    expect(await nearest(engine(), 2)).not.toContain(id(2));
    expect((await engine().status()).spaces[0]?.size).toBe(398);
    await engine().apply([itemOf(2), embeddingOf(2)]);
    expect((await nearest(engine(), 2))[0]).toBe(id(2));
  });

  test('an item without a vector has no neighbors, and one without filter fields is no neighbor', async () => {
    await engine().open(toOpen);
    await engine().apply([itemOf(1)]);
    const query = { target: { item: id(1) }, k: 5, filter: { available: 'any' as const } };
    expect((await engine().search(key, [query])).neighbors).toEqual([[]]);
    await engine().apply([embeddingOf(1), embeddingOf(2, { vector: testVectors[1]! })]);
    expect((await engine().search(key, [query])).neighbors).toEqual([[]]);
    await engine().apply([itemOf(2)]);
    const [list] = (await engine().search(key, [query])).neighbors;
    expect(list?.map(({ item }) => item)).toEqual([id(2)]);
    expect(list?.[0]?.similarity).toBeCloseTo(1, 6);
  });
}

function spacesContract(engine: () => IndexEngine): void {
  test('catalogs and spaces are apart, and a space that is not held takes nothing', async () => {
    await fill(engine());
    await engine().open({ ...toOpen, space: otherSpace, dimensions: 3 });
    await engine().apply([
      itemOf(1, { spaces: [space, otherSpace] }),
      embeddingOf(1, { space: otherSpace, vector: Float32Array.of(1, 0, 0) }),
      itemOf(2, { catalog: elsewhere }),
      embeddingOf(2, { catalog: elsewhere }),
    ]);
    expect((await nearest(engine(), 1))[0]).toBe(id(1));
    const query = { target: { vector: Float32Array.of(1, 0, 0) }, k: 9 };
    const { neighbors } = await engine().search({ catalog: MAIN_CATALOG, space: otherSpace }, [query]);
    expect(neighbors).toEqual([[{ item: id(1), similarity: 1 }]]);
    await expect(engine().search({ catalog: elsewhere, space }, [query])).rejects.toThrow('not held');
    expect((await engine().status()).spaces.map(({ size }) => size)).toEqual([400, 1]);
  });

  test('stands at the position that it was given, and says so for each space that has been filled', async () => {
    expect((await engine().status()).position).toBe(0);
    expect(await engine().open(toOpen)).toEqual({ change: 0, refusals: [] });
    await engine().apply([itemOf(1), embeddingOf(1)]);
    expect((await engine().status()).position, 'rows out of order are no position').toBe(0);
    expect((await engine().open(toOpen)).change).toBe(0);
    await engine().apply([], FILLED);
    expect((await engine().status()).position).toBe(FILLED);
    expect((await engine().open({ ...toOpen, space: otherSpace })).change, 'a new space is empty').toBe(0);
    expect((await engine().open(toOpen)).change).toBe(FILLED);
    expect(await nearest(engine(), 1), 'a space that is held stays as it is').toEqual([id(1)]);
  });

  test('a retired space is dropped, and comes back empty', async () => {
    await fill(engine());
    await engine().apply([spaceOf('filling'), spaceOf('serving')]);
    expect((await nearest(engine(), 1))[0]).toBe(id(1));
    await engine().apply([spaceOf('retired'), spaceOf('retired', { space: otherSpace })]);
    await expect(engine().search(key, [])).rejects.toThrow('not held');
    expect((await engine().status()).spaces).toEqual([]);
    expect(await engine().open(toOpen)).toEqual({ change: 0, refusals: [] });
    expect(await nearest(engine(), 1)).toEqual([]);
  });

  test('a closed engine rejects every call', async () => {
    await fill(engine());
    await engine().close();
    await expect(engine().open(toOpen)).rejects.toThrow(EngineDeadError);
    await expect(engine().apply([itemOf(1)])).rejects.toThrow(EngineDeadError);
    await expect(engine().search(key, [])).rejects.toThrow(EngineDeadError);
    await expect(engine().status()).rejects.toThrow(EngineDeadError);
  });
}

function inputContract(engine: () => IndexEngine): void {
  test('a vector that cannot be stored is named and changes nothing, and the others are stored', async () => {
    await engine().open(toOpen);
    await engine().apply([itemOf(4), embeddingOf(4)]);
    const [item] = [id(4)];
    const short = Float32Array.of(1);
    const wrong = [Number.NaN, Number.POSITIVE_INFINITY, 0, 2].map((value) => testVectors[0]!.map(() => value));
    const rejections = await engine().apply([
      itemOf(2),
      ...[short, ...wrong].map((vector) => embeddingOf(4, { vector })),
      embeddingOf(3, { vector: short }),
      embeddingOf(2),
    ]);
    expect(rejections.map((each) => each.item)).toEqual([item, item, item, item, item, id(3)]);
    expect(rejections[0]).toMatchObject({ ...key, reason: expect.stringContaining('dimensions') });
    expect(await nearest(engine(), 2)).toContain(id(2));
    expect((await nearest(engine(), 4))[0]).toBe(id(4));
  });

  test('a wrong query is an error, and the engine lives on', async () => {
    await fill(engine());
    const vector = testVectors[0]!.map(() => Number.NaN);
    await expect(engine().search(key, [{ target: { vector }, k: 1 }])).rejects.toThrow('not finite');
    const short = { target: { vector: Float32Array.of(1) }, k: 1 };
    await expect(engine().search(key, [short])).rejects.toThrow('dimensions');
    for (const k of [0, -1, 1.5, 1_001, Number.NaN]) {
      await expect(engine().search(key, [{ target: { item: id(1) }, k }])).rejects.toThrow('k must be');
    }
    expect((await nearest(engine(), 3))[0]).toBe(id(3));
  });
}
