import { truncateSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filterFieldsOf } from '@kindred/shared/filter';
import { itemIdSchema, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusteredVectors, generator } from '../../../clustered-vectors.fixture.ts';
import { ItemTable } from '../domain/item-table.ts';
import { HnswIndex } from '../hnsw-index.ts';
import { HNSW_DEFAULTS } from '../hnsw-options.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { snapshotFolder } from './snapshot-folder.ts';
import { writeSnapshot } from './write-snapshot.ts';

const DAMAGES = Number(process.env.KINDRED_SNAPSHOT_DAMAGES ?? 40);
const SEED = Number(process.env.KINDRED_SEED ?? 1);
const dimensions = 16;
const space: SpaceId = JSON.parse('"a model/with: a name@1"');
const origin = { catalog: MAIN_CATALOG, space, source: 'test' };
const wanted = { ...origin, dimensions, head: 100, parameters: HNSW_DEFAULTS };
const id = (i: number) => itemIdSchema.parse(`item-${i}`);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kindred-snapshot-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Asks the graph wherever it can, and keeps its tombstones. */
const options = { scannedPerCandidate: 0, tombstonesMin: 10_000 };

function indexOf(count: number) {
  const items = new ItemTable();
  const index = new HnswIndex({ dimensions, items, build: 'built', nowMs: () => 7, options });
  const vectors = clusteredVectors({ count, dimensions, seed: 3, clusters: 10 });
  vectors.forEach((vector, i) => {
    items.setFields(id(i), filterFieldsOf({}));
    index.upsert(id(i), i % 5 === 1 ? vectors[i - 1]! : vector);
  });
  return { items, index, vectors };
}

/** Built, with equal vectors, deleted ones, replaced ones and a tail. */
function livedIndex() {
  const { items, index, vectors } = indexOf(600);
  while (index.work(20));
  for (let i = 0; i < 100; i++) index.remove(id(i));
  for (let i = 100; i < 150; i++) index.upsert(id(i), vectors[i + 200]!);
  return { items, index, vectors };
}

async function load(folder: string, changed: Partial<typeof wanted> = {}) {
  const items = new ItemTable();
  const { snapshot, refusals } = await loadSnapshot(folder, { ...wanted, ...changed }, items);
  return { snapshot, refusals, items };
}

test('a loaded snapshot answers as the index did, and goes on as it would have', async () => {
  const { index, vectors } = livedIndex();
  const folder = snapshotFolder(root, origin);
  await writeSnapshot(folder, index, { ...origin, change: 42 });
  const { snapshot, refusals, items } = await load(folder);
  expect(refusals).toEqual([]);
  expect(snapshot?.change).toBe(42);
  const loaded = new HnswIndex({ dimensions, items, build: 'other', nowMs: () => 9, options, restored: snapshot });
  for (let i = 0; i < 600; i++) items.setFields(id(i), filterFieldsOf({}));
  const compare = (): void => {
    for (const vector of vectors.slice(0, 50)) {
      const query = { target: { vector }, k: 10 };
      expect(loaded.search(query)).toEqual(index.search(query));
    }
    const { size, tombstones, unindexed, build } = loaded;
    expect({ size, tombstones, unindexed }).toEqual({
      size: index.size,
      tombstones: index.tombstones,
      unindexed: index.unindexed,
    });
    expect(build).toEqual({ build: 'built', generation: 0, tombstonesSinceMs: 7 });
  };
  compare();
  for (const each of [index, loaded]) {
    while (each.work(20));
    for (let i = 200; i < 300; i++) each.remove(id(i));
  }
  compare();
});

test('an index without a vector or without a graph makes a snapshot too', async () => {
  const folder = join(root, 'small');
  for (const count of [0, 3]) {
    const { index } = indexOf(count);
    await writeSnapshot(folder, index, { ...origin, change: count });
    const { snapshot, refusals } = await load(folder);
    expect(refusals).toEqual([]);
    expect(snapshot?.store.size).toBe(count);
    expect(await readdir(folder)).toHaveLength(1);
  }
});

test('an index takes changes while its snapshot is written, each of which is in it or is not', async () => {
  const { index, vectors } = livedIndex();
  const folder = join(root, 'busy');
  const writing = writeSnapshot(folder, index, { ...origin, change: 1 });
  for (let i = 300; i < 400; i++) index.remove(id(i));
  index.upsert(id(1_000), vectors[0]!);
  index.work(5);
  await writing;
  while (index.work(20));
  expect(index.search({ target: { vector: vectors[310]! }, k: 600 }).map(({ item }) => item)).not.toContain(id(310));
  const { snapshot, refusals } = await load(folder);
  expect(refusals).toEqual([]);
  expect(snapshot?.store.size).toBeOneOf([500, 401]);
});

describe('damage', () => {
  const names = ['vectors.f32', 'items.json', 'graph.hnsw', 'manifest.json'];
  let good: string;
  beforeAll(async () => {
    good = join(root, 'good');
    await writeSnapshot(good, livedIndex().index, { ...origin, change: 5 });
  });

  test(`a damaged snapshot is refused, ${DAMAGES} times with seed ${SEED}`, async () => {
    const random = generator(SEED);
    const pick = (below: number): number => Math.floor(random() * below);
    for (let i = 0; i < DAMAGES; i++) {
      const folder = join(root, `damaged-${i}`);
      await cp(good, folder, { recursive: true });
      const name = names[i % names.length]!;
      const path = join(folder, (await readdir(folder))[0]!, name);
      await damageFile(path, pick);
      const { snapshot, refusals } = await load(folder);
      expect(snapshot, `${name}, damage ${i}`).toBeUndefined();
      expect(refusals).toHaveLength(1);
      await rm(folder, { recursive: true });
    }
  });

  test.each([
    ['another dimension', { dimensions: 32 }],
    ['another space', { space: JSON.parse('"another"') }],
    ['another catalog', { catalog: JSON.parse('"another"') }],
    ['another database', { source: 'another' }],
    ['a database that is behind it', { head: 4 }],
    ['another graph', { parameters: { ...HNSW_DEFAULTS, M: 8 } }],
  ])('a snapshot of %s is refused', async (_, changed) => {
    const { snapshot, refusals } = await load(good, changed);
    expect(snapshot).toBeUndefined();
    expect(refusals).toHaveLength(1);
  });

  test('the one before is loaded when the newest is damaged', async () => {
    const folder = join(root, 'two');
    await writeSnapshot(folder, livedIndex().index, { ...origin, change: 9 });
    await cp(good, folder, { recursive: true });
    const [, newest] = (await readdir(folder)).sort();
    await truncate(join(folder, newest!, 'graph.hnsw'), 1_000);
    const { snapshot, refusals } = await load(folder);
    expect(snapshot?.change).toBe(5);
    expect(refusals).toHaveLength(1);
  });
});

test('a write that fails is an error, keeps the one before, removes partial files and leaves the index unchanged', async () => {
  const { index } = livedIndex();
  const folder = join(root, 'kept');
  await writeSnapshot(folder, index, { ...origin, change: 5 });
  const cutShort = {
    save(path: string) {
      const saved = index.save(path);
      truncateSync(path, 10_000);
      return saved;
    },
  };
  await mkdir(join(folder, 'partial-killed'));
  await expect(writeSnapshot(folder, cutShort, { ...origin, change: 6 })).rejects.toThrow('was not written');
  expect((await load(folder)).snapshot?.change).toBe(5);
  expect(await readdir(folder)).toHaveLength(1);

  const file = join(root, 'file');
  await writeFile(file, 'not a folder');
  await expect(writeSnapshot(join(file, 'x', 'y'), index, { ...origin, change: 7 })).rejects.toThrow();
  await mkdir(join(root, 'fine'));
  await writeSnapshot(join(root, 'fine', 'x', 'y'), index, { ...origin, change: 8 });
});

/** Cuts, removes, overwrites, lengthens or flips a bit of a file. @param pick  A random whole number below its argument. */
async function damageFile(path: string, pick: (below: number) => number): Promise<void> {
  const bytes = await readFile(path);
  const at = pick(bytes.length);
  switch (pick(6)) {
    case 0:
      return truncate(path, at);
    case 1:
      return rm(path);
    case 2:
      return writeFile(path, bytes.fill(bytes[at]! === 0 ? 1 : 0, at, Math.min(at + 512, bytes.length)));
    case 3:
      return writeFile(path, Buffer.concat([bytes, Buffer.from([0])]));
    default:
      bytes[at]! ^= 1 << pick(8);
      return writeFile(path, bytes);
  }
}
