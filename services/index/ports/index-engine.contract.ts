import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filterFieldsOf } from '@kindred/shared/filter';
import { type CatalogId, itemIdSchema, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { IndexHostOptions } from '../adapters/hnsw/hnsw-index-engine.ts';
import { clusteredVectors } from '../clustered-vectors.fixture.ts';
import type { EmbeddingChange, IndexEngine, ItemChange, SpaceToOpen } from './index-engine.ts';

const DIMENSIONS = 16;
const space: SpaceId = JSON.parse('"model"');
const other: SpaceId = JSON.parse('"other"');
const elsewhere: CatalogId = JSON.parse('"elsewhere"');
const key = { catalog: MAIN_CATALOG, space };
const toOpen: SpaceToOpen = { ...key, dimensions: DIMENSIONS, source: 'test', head: 1_000 };
const id = (i: number) => itemIdSchema.parse(`item-${i}`);
export const testVectors = clusteredVectors({ count: 400, dimensions: DIMENSIONS, seed: 21, clusters: 10 });

function itemOf(i: number, changed: Partial<ItemChange> = {}): ItemChange {
  return {
    kind: 'item',
    change: i + 1,
    catalog: MAIN_CATALOG,
    item: id(i),
    fields: filterFieldsOf({}),
    spaces: [space],
    ...changed,
  };
}

function embeddingOf(i: number, changed: Partial<EmbeddingChange> = {}): EmbeddingChange {
  return { kind: 'embedding', change: i + 401, ...key, item: id(i), vector: testVectors[i]!, ...changed };
}

/** An engine's first life: spaces, fields and vectors of 400 items. */
export async function filled(engine: IndexEngine): Promise<void> {
  await engine.open(toOpen);
  await engine.apply(testVectors.flatMap((_, i) => [itemOf(i), embeddingOf(i)]));
}

/** What every `IndexEngine` must keep. */
export function indexEngineContract(create: (options: IndexHostOptions) => IndexEngine): void {
  let root: string;
  let engine: IndexEngine;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'kindred-engine-'));
    engine = create({ root });
  });
  afterEach(async () => {
    await engine.close();
    await rm(root, { recursive: true, force: true });
  });

  const nearest = async (i: number, k = 3) => {
    const { neighbors } = await engine.search(key, [{ target: { vector: testVectors[i]! }, k }]);
    return neighbors[0]!.map(({ item }) => item);
  };

  test('answers a list for each query, in their order, with a version that changes with what is applied', async () => {
    await filled(engine);
    const queries = [
      { target: { item: id(5) }, k: 4 },
      { target: { vector: testVectors[7]! }, k: 1 },
      { target: { item: id(9_999) }, k: 4 },
    ];
    const before = await engine.search(key, queries);
    expect(before.neighbors.map((list) => list.length)).toEqual([4, 1, 0]);
    expect(before.neighbors[1]![0]!.item).toBe(id(7));
    await engine.apply([itemOf(7, { change: 900, fields: filterFieldsOf({ available: false }) })]);
    const after = await engine.search(key, queries);
    expect(after.neighbors[1]![0]!.item).not.toBe(id(7));
    expect(after.version).not.toBe(before.version);
  });

  test('a deleted item, and one whose embedding is gone, is not answered any more', async () => {
    await filled(engine);
    await engine.apply([itemOf(1, { fields: undefined, spaces: [] }), itemOf(2, { spaces: [other] })]);
    expect(await nearest(1)).not.toContain(id(1));
    expect(await nearest(2)).not.toContain(id(2));
    expect((await engine.status())[0]?.size).toBe(398);
    await engine.apply([itemOf(2), embeddingOf(2)]);
    expect((await nearest(2))[0]).toBe(id(2));
  });

  test('catalogs and spaces are apart, and a space that is not held takes nothing', async () => {
    await filled(engine);
    await engine.open({ ...toOpen, space: other, dimensions: 3 });
    await engine.apply([
      itemOf(1, { spaces: [space, other] }),
      embeddingOf(1, { space: other, vector: Float32Array.of(1, 0, 0) }),
      itemOf(2, { catalog: elsewhere }),
      embeddingOf(2, { catalog: elsewhere }),
    ]);
    expect((await nearest(1))[0]).toBe(id(1));
    const query = { target: { vector: Float32Array.of(1, 0, 0) }, k: 9 };
    const { neighbors } = await engine.search({ catalog: MAIN_CATALOG, space: other }, [query]);
    expect(neighbors).toEqual([[{ item: id(1), similarity: 1 }]]);
    await expect(engine.search({ catalog: elsewhere, space }, [query])).rejects.toThrow('not held');
    expect((await engine.status()).map(({ size }) => size)).toEqual([400, 1]);
  });

  test('a vector that cannot be stored is named, and the others are stored', async () => {
    await engine.open(toOpen);
    const rejections = await engine.apply([
      itemOf(1),
      itemOf(2),
      embeddingOf(1, { vector: new Float32Array(DIMENSIONS).fill(Number.NaN) }),
      embeddingOf(3, { vector: Float32Array.of(1) }),
      embeddingOf(2),
    ]);
    expect(rejections.map(({ item }) => item)).toEqual([id(1), id(3)]);
    expect(await nearest(2)).toEqual([id(2)]);
  });

  test('a wrong query is an error, and the engine lives on', async () => {
    await filled(engine);
    const vector = new Float32Array(DIMENSIONS).fill(Number.NaN);
    await expect(engine.search(key, [{ target: { vector }, k: 1 }])).rejects.toThrow('not finite');
    expect((await nearest(3))[0]).toBe(id(3));
  });

  test('a snapshot carries a space over to the next engine, whose fields come from the items', async () => {
    await filled(engine);
    await engine.snapshot(key, 800);
    expect(await engine.status()).toMatchObject([{ unsaved: 0, isRebuilt: false, isSaving: false }]);
    await engine.close();
    engine = create({ root });
    expect(await engine.open({ ...toOpen, head: 799 })).toMatchObject({
      change: 0,
      refusals: [expect.stringContaining('799')],
    });
    await engine.close();
    engine = create({ root });
    expect(await engine.open(toOpen)).toEqual({ change: 800, refusals: [] });
    expect(await nearest(3)).toEqual([]);
    await engine.apply(testVectors.map((_, i) => itemOf(i, i === 4 ? { fields: undefined, spaces: [] } : {})));
    expect((await nearest(3))[0]).toBe(id(3));
    expect(await nearest(4)).not.toContain(id(4));
  });

  test('a dropped space is gone from memory and disk', async () => {
    await filled(engine);
    await engine.snapshot(key, 800);
    await engine.drop(key);
    await expect(engine.search(key, [])).rejects.toThrow('not held');
    expect(await engine.status()).toEqual([]);
    expect(await readdir(join(root, MAIN_CATALOG))).toEqual([]);
  });

  test('a snapshot that cannot be written is an error, and counts as unsaved', async () => {
    await engine.close();
    engine = create({ root: '/dev/null/nowhere' });
    await filled(engine);
    await expect(engine.snapshot(key, 800)).rejects.toThrow('was not written');
    expect(await engine.status()).toMatchObject([{ unsaved: 400, isRebuilt: true, isSaving: false }]);
    expect((await nearest(3))[0]).toBe(id(3));
  });
}
