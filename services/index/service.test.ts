import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CatalogId, itemIdSchema, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import type { Neighbor } from '@kindred/shared/neighbor';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ExactIndexEngine } from './adapters/exact/exact-index-engine.ts';
import { WorkerIndexEngine } from './adapters/hnsw/worker/worker-index-engine.ts';
import { MemoryChangeFeed } from './adapters/memory-change-feed.ts';
import { clusteredVectors } from './clustered-vectors.fixture.ts';
import { IndexService, type IndexServiceOptions } from './service.ts';

const DIMENSIONS = 16;
const main = MAIN_CATALOG;
const elsewhere: CatalogId = JSON.parse('"elsewhere"');
const space: SpaceId = JSON.parse('"model"');
const newer: SpaceId = JSON.parse('"newer"');
const key = { catalog: main, space };
const id = (i: number) => itemIdSchema.parse(`item-${i}`);
const vectors = clusteredVectors({ count: 300, dimensions: DIMENSIONS, seed: 31, clusters: 10 });
const silent = { info: () => {}, warn: () => {}, error: () => {} };

let root: string;
let feed: MemoryChangeFeed;
let service: IndexService;
let engines: WorkerIndexEngine[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kindred-service-'));
  feed = new MemoryChangeFeed();
  feed.putSpace({ ...key, dimensions: DIMENSIONS, state: 'serving' });
  for (let i = 0; i < 200; i++) put(i);
  engines = [];
  service = created();
});
afterEach(async () => {
  await service.stop();
  await rm(root, { recursive: true, force: true });
});

function created(options: Partial<IndexServiceOptions> = {}): IndexService {
  return new IndexService({
    feed,
    log: silent,
    pollMs: 20,
    pageSize: 50,
    async startEngine(onDeath) {
      const engine = new WorkerIndexEngine({ root, onDeath });
      engines.push(engine);
      return engine;
    },
    ...options,
  });
}

function put(i: number): void {
  feed.putItem(main, id(i), {});
  feed.putEmbedding(key, id(i), vectors[i]!);
}

async function nearest(i: number, k = 1): Promise<readonly Neighbor[]> {
  const { neighbors } = await service.neighbors(main, [{ target: { vector: vectors[i]! }, k }]);
  return neighbors[0]!;
}

async function restart(): Promise<void> {
  await service.stop();
  service = created();
  await service.start();
}

test('serves what is in the database once it has started, and what is written afterwards', async () => {
  expect(service.ready()).toEqual(['index-engine']);
  await service.start();
  expect(service.ready()).toEqual([]);
  expect(service.position).toBe(401);
  expect((await nearest(7))[0]?.item).toBe(id(7));
  put(201);
  expect(await service.reached(main, 403, 2_000)).toBeGreaterThanOrEqual(403);
  expect((await nearest(201))[0]?.item).toBe(id(201));
  const change = feed.deleteItem(main, id(7));
  expect(await service.reached(main, change, 2_000)).toBeGreaterThanOrEqual(change);
  expect((await nearest(7))[0]?.item).not.toBe(id(7));
});

test('a catalog without a serving space has no neighbors', async () => {
  await service.start();
  const queries = [
    { target: { item: id(1) }, k: 5 },
    { target: { vector: Float32Array.of(1) }, k: 5 },
  ];
  const answer = await service.neighbors(elsewhere, queries);
  expect(answer).toMatchObject({ space: undefined, neighbors: [[], []] });
});

test('a wrong query is refused with the place that is wrong', async () => {
  await service.start();
  const vector = Float32Array.of(1, 0);
  for (const [query, field] of [
    [{ target: { item: id(1) }, k: 0 }, 'queries.1.k'],
    [{ target: { vector }, k: 5 }, 'queries.1.target.vector'],
  ] as const) {
    const queries = [{ target: { item: id(1) }, k: 5 }, query];
    await expect(service.neighbors(main, queries)).rejects.toMatchObject({
      code: 'invalid-request',
      fields: [{ field }],
    });
  }
});

test('a write is reached when its item is embedded and not before', async () => {
  await service.start();
  const change = feed.putItem(main, id(250), {});
  feed.enqueue(main, id(250));
  expect(await service.reached(main, change, 50)).toBeUndefined();
  const reached = service.reached(main, change, 5_000);
  feed.putEmbedding(key, id(250), vectors[250]!);
  expect(await reached).toBeGreaterThanOrEqual(change);
  expect((await nearest(250))[0]?.item).toBe(id(250));
  expect(await service.reached(main, change, 0)).toBeGreaterThanOrEqual(change);
});

test('a new space is filled beside the old one and takes over when it serves', async () => {
  await service.start();
  feed.putSpace({ catalog: main, space: newer, dimensions: 3, state: 'filling' });
  feed.putEmbedding({ catalog: main, space: newer }, id(1), Float32Array.of(1, 0, 0));
  feed.putEmbedding({ catalog: main, space: newer }, id(2), Float32Array.of(0, 1, 0));
  feed.putItem(main, id(1), { tags: ['changed'] });
  const query = [{ target: { item: id(1) }, k: 500 }];
  expect((await service.neighbors(main, query)).space).toBe(space);
  feed.putSpace({ ...key, dimensions: DIMENSIONS, state: 'retired' });
  const change = feed.putSpace({ catalog: main, space: newer, dimensions: 3, state: 'serving' });
  expect(await service.reached(main, change, 2_000)).toBeGreaterThanOrEqual(change);
  const answer = await service.neighbors(main, query);
  expect(answer).toMatchObject({ space: newer, neighbors: [[{ item: id(2), similarity: 0 }]] });
  await expect.poll(async () => (await service.status()).spaces).toMatchObject([{ space: newer }]);
});

test('a space that comes back from retirement has its vectors again', async () => {
  feed.putSpace({ ...key, dimensions: DIMENSIONS, state: 'retired' });
  await service.start();
  expect((await service.neighbors(main, [])).space).toBeUndefined();
  const change = feed.putSpace({ ...key, dimensions: DIMENSIONS, state: 'serving' });
  expect(await service.reached(main, change, 2_000)).toBeGreaterThanOrEqual(change);
  expect((await nearest(9))[0]?.item).toBe(id(9));
});

test('starts from its snapshot, and honours what was deleted, hidden and embedded again since', async () => {
  await service.start();
  await service.stop();
  feed.deleteItem(main, id(1));
  feed.putItem(main, id(2), { available: false });
  feed.deleteItem(main, id(3));
  feed.putItem(main, id(3), {});
  feed.putEmbedding(key, id(4), vectors[204]!);
  put(205);
  const loaded: object[] = [];
  service = created({ log: { ...silent, info: (fields) => loaded.push(fields) } });
  await service.start();
  expect(loaded).toMatchObject([{ space, change: 401 }]);
  const all = (await nearest(0, 300)).map(({ item }) => item);
  for (const gone of [1, 2, 3]) expect(all).not.toContain(id(gone));
  expect(all).toHaveLength(198);
  expect((await nearest(204))[0]?.item).toBe(id(4));
  expect((await nearest(205))[0]?.item).toBe(id(205));
});

test('a snapshot of another database is not loaded', async () => {
  await service.start();
  await service.stop();
  feed = new MemoryChangeFeed('another');
  feed.putSpace({ ...key, dimensions: DIMENSIONS, state: 'serving' });
  for (let i = 0; i < 300; i++) feed.putItem(main, id(i), {});
  feed.putEmbedding(key, id(1), vectors[2]!);
  for (let i = 0; i < 200; i++) feed.putItem(main, id(i), {});
  service = created();
  await service.start();
  expect((await nearest(1, 9)).map(({ item }) => item)).toEqual([id(1)]);
});

test('a space that was retired while the service was stopped leaves no snapshot', async () => {
  await service.start();
  await service.stop();
  expect(await readdir(join(root, main))).toHaveLength(1);
  feed.putSpace({ ...key, dimensions: DIMENSIONS, state: 'retired' });
  service = created();
  await service.start();
  expect(await readdir(join(root, main))).toEqual([]);
});

test('writes snapshots as changes come, and none when nothing changes', async () => {
  service = created({ snapshots: { changesMin: 10, intervalMs: 30 } });
  await service.start();
  const written = async () => (await service.status()).lastSnapshotAtMs;
  await expect.poll(written).toBeDefined();
  await expect.poll(async () => (await engines.at(-1)?.snapshotNeeds())?.[0]?.isRebuilt).toBe(false);
  const before = await written();
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(await written()).toBe(before);
  for (let i = 220; i < 230; i++) put(i);
  await expect.poll(written).toBeGreaterThan(before!);
  const folder = join(root, main, (await readdir(join(root, main)))[0]!);
  await expect.poll(() => readdir(folder)).toHaveLength(1);
});

test('the death of the engine rejects the calls under way, and another takes its place', async () => {
  await service.start();
  const answers = Promise.allSettled(Array.from({ length: 20 }, () => nearest(1, 200)));
  await engines[0]!.kill();
  for (const answer of await answers) {
    if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'unavailable' });
  }
  const change = feed.putItem(main, id(8), { available: false });
  expect(await service.reached(main, change, 5_000)).toBeGreaterThanOrEqual(change);
  expect(engines).toHaveLength(2);
  expect((await service.status()).engineDeaths).toBe(1);
  expect((await nearest(7))[0]?.item).toBe(id(7));
  expect((await nearest(8))[0]?.item).not.toBe(id(8));
});

test('goes on answering while the database is unavailable, and catches up afterwards', async () => {
  await service.start();
  feed.failure = new Error('unavailable');
  expect((await nearest(7))[0]?.item).toBe(id(7));
  put(210);
  expect(await service.reached(main, 1, 30)).toBeUndefined();
  expect(service.ready()).toEqual([]);
  feed.failure = undefined;
  expect(await service.reached(main, 1, 5_000)).toBeGreaterThan(0);
  expect((await nearest(210))[0]?.item).toBe(id(210));
});

test('answers are the same whatever the pages were, before and after a restart', async () => {
  await service.start();
  const before = await Promise.all(vectors.map((_, i) => nearest(i, 10)));
  await restart();
  expect(await Promise.all(vectors.map((_, i) => nearest(i, 10)))).toEqual(before);
  await service.stop();
  await rm(root, { recursive: true });
  service = created({ pageSize: 7 });
  await service.start();
  expect(await Promise.all(vectors.map((_, i) => nearest(i, 10)))).toEqual(before);
});

test('an engine without snapshots reads everything again at each start', async () => {
  const loaded: object[] = [];
  const log = { ...silent, info: (fields: object) => void loaded.push(fields) };
  const options = { startEngine: async () => new ExactIndexEngine(), log };
  for (let start = 0; start < 2; start++) {
    service = created(options);
    await service.start();
    expect((await nearest(7))[0]?.item).toBe(id(7));
    await service.stop();
  }
  expect(loaded).toEqual([]);
  expect((await service.status()).lastSnapshotAtMs).toBeUndefined();
  expect(await readdir(root)).toEqual([]);
});

test('can be stopped at any moment of its start', async () => {
  for (const afterMs of [0, 5, 30]) {
    const each = created();
    const started = each.start();
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await each.stop();
    await started;
    await expect(each.neighbors(main, [])).rejects.toMatchObject({ code: 'unavailable' });
  }
});
