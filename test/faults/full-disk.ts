import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusteredVectors } from '@kindred/index/clustered-vectors.fixture';
import { type TestDatabase, testDatabase } from '@kindred/infra/postgres/test-database';
import { expect } from 'vitest';
import { IndexProcess } from '../index-process.ts';
import { until } from '../until.ts';
import { type VectorRows, vectorRows } from './vector-rows.ts';

const PROGRAM = 'test/faults/eager-index-main.ts';
const DIMENSIONS = 64;
const ITEMS = 500;
const ITEMS_PER_ROUND = 4;
const VOLUME_KIB = 16 * 1024;

/** A database whose items are known, and a folder for the snapshots of it. */
interface Scene {
  readonly database: TestDatabase;
  readonly folder: string;
  readonly rows: VectorRows;
  /** Writes further items. @returns The last change. */
  put(count: number): Promise<number>;
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

async function sceneIn(folder: string, random: () => number): Promise<Scene> {
  const database = await testDatabase();
  const rows = await vectorRows(database, DIMENSIONS);
  const supply = clusteredVectors({ count: 5_000, dimensions: DIMENSIONS, seed: Math.floor(random() * 2 ** 31) });
  const vectors = new Map<string, Float32Array>();
  const put = (count: number): Promise<number> => {
    const some = new Map(Array.from({ length: count }, () => [`i${supply.length}`, supply.pop()!]));
    for (const [id, vector] of some) vectors.set(id, vector);
    return rows.put(some);
  };
  await put(ITEMS);
  return { database, folder, rows, put, vectors };
}

/** Bytes of the vectors of a snapshot; its graph holds them too, and takes half as much again. */
const vectorBytes = (items: number): number => items * DIMENSIONS * Float32Array.BYTES_PER_ELEMENT;
const GRAPH_CUT = 1.25;

/**
 * Lets the system refuse every write of the index beyond a random length, as a full disk does, in every process on any
 * machine: snapshots fail, search and everything else goes on, and the good snapshot is loaded each time.
 */
export async function refuseLongFiles(rounds: number, random: () => number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kindred-long-file-'));
  const scene = await sceneIn(folder, random);
  const start = (fileKibMax?: number): Promise<IndexProcess> =>
    IndexProcess.start({ databaseUrl: scene.database.url, folder, program: PROGRAM, fileKibMax });
  let index = await start();
  const causes = new Set<string>();
  try {
    await index.built(0);
    await expectAllFound(index, scene, await scene.put(ITEMS_PER_ROUND));
    expect(await index.stop()).toBe(0);
    const good = await onlySnapshot(folder);
    for (let round = 0; round < rounds; round++) {
      // In every other life only the graph is too long: hnswlib does not say so.
      const share = round % 2 === 0 ? GRAPH_CUT : random();
      index = await start(Math.floor((share * vectorBytes(scene.vectors.size + ITEMS_PER_ROUND)) / 1024));
      expectLoaded(index, good.name);
      await expectAllFound(index, scene, await scene.put(ITEMS_PER_ROUND));
      await failed(index);
      expect(await index.stop(), 'it stops in order').toBe(0);
      for (const cause of causesIn(index)) causes.add(cause);
      expect((await onlySnapshot(folder)).name).toBe(good.name);
    }
    index = await start();
    expectLoaded(index, good.name);
    await expectAllFound(index, scene, 0);
    expect(await index.stop()).toBe(0);
    expect((await onlySnapshot(folder)).name).not.toBe(good.name);
    console.log(`${rounds} lives without room for a snapshot: ${[...causes].join('; ')}`);
  } finally {
    await index.stop('SIGKILL');
    await scene.database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The reason that no file system can be mounted here; `undefined` if one can. */
export function whyNoVolume(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has tmpfs';
  const volume = mountVolume();
  if (typeof volume === 'string') return volume;
  unmountVolume(volume.path);
  return undefined;
}

/**
 * Fills the file system under the snapshots while the index runs, leaving room for a random part of one: snapshots
 * fail, search goes on, the good one is loaded after a kill, and the next is written once there is room again.
 */
export async function fillVolume(rounds: number, random: () => number): Promise<void> {
  const volume = mountVolume();
  if (typeof volume === 'string') throw new Error(volume);
  const { path: folder } = volume;
  const ballast = join(folder, 'ballast');
  const scene = await sceneIn(folder, random);
  const start = (): Promise<IndexProcess> =>
    IndexProcess.start({ databaseUrl: scene.database.url, folder, program: PROGRAM });
  let index = await start();
  const causes = new Set<string>();
  try {
    for (let round = 0; round < rounds; round++) {
      const position = await scene.put(ITEMS_PER_ROUND);
      await index.built(position);
      await saved(index, folder);
      const good = await onlySnapshot(folder);
      const { bavail, bsize } = await statfs(folder);
      await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - Math.floor(random() * good.bytes))));

      await expectAllFound(index, scene, await scene.put(ITEMS_PER_ROUND));
      await failed(index);
      await expectAllFound(index, scene, 0);
      const signal = round % 2 === 0 ? 'SIGKILL' : 'SIGTERM';
      expect(await index.stop(signal)).toBe(signal === 'SIGTERM' ? 0 : null);
      for (const cause of causesIn(index)) causes.add(cause);
      index = await start();
      expectLoaded(index, good.name);
      await expectAllFound(index, scene, 0);
      await failed(index);
      expect(await snapshotNames(folder), 'besides one that is being written').toEqual([good.name]);
      await rm(ballast);
    }
    await saved(index, folder);
    expect(await index.stop()).toBe(0);
    console.log(`a disk filled ${rounds} times: ${[...causes].join('; ')}`);
  } finally {
    await index.stop('SIGKILL');
    await scene.database.drop();
    unmountVolume(folder);
  }
}

/** @returns The reason if it cannot be mounted. */
function mountVolume(): { readonly path: string } | string {
  const path = mkdtempSync(join(tmpdir(), 'kindred-volume-'));
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${VOLUME_KIB}k`, 'tmpfs', path], { encoding: 'utf8' });
  if (mount.status === 0) return { path };
  rmSync(path, { recursive: true });
  return `a file system cannot be mounted: ${(mount.error?.message ?? mount.stderr).trim()}`;
}

function unmountVolume(path: string): void {
  spawnSync('umount', [path]);
  rmSync(path, { recursive: true, force: true });
}

/** Every item is the nearest to its own vector. */
async function expectAllFound(index: IndexProcess, { vectors }: Scene, position: number): Promise<void> {
  await index.reached(position);
  const entries = [...vectors];
  for (let start = 0; start < entries.length; start += 100) {
    const some = entries.slice(start, start + 100);
    const lists = await index.neighbors(
      some.map(([, vector]) => vector),
      1,
    );
    expect(lists.map(({ items }) => items[0])).toEqual(some.map(([id]) => id));
  }
}

const failures = (index: IndexProcess): Promise<number> => index.metric('kindred_index_snapshot_failures');

async function failed(index: IndexProcess): Promise<void> {
  const before = await failures(index);
  await until('snapshots fail', async () => (await failures(index)) > before);
}

/** Resolves once the newest snapshot is of this moment. */
async function saved(index: IndexProcess, folder: string): Promise<void> {
  const position = await index.metric('kindred_index_position_changes');
  await until(`a snapshot at ${position} is there`, async () => {
    const names = await snapshotNames(folder);
    return names.length === 1 && changeOf(names[0]!) >= position;
  });
  expect(await index.metric('kindred_index_snapshot_age_seconds')).toBeGreaterThanOrEqual(0);
}

const changeOf = (name: string): number => Number(name.split('-')[1]);

/** Names of whole snapshots. */
async function snapshotNames(folder: string): Promise<readonly string[]> {
  const catalog = join(folder, 'index', 'main');
  const names: string[] = [];
  for (const space of await readdir(catalog)) names.push(...(await readdir(join(catalog, space))));
  return names.filter((name) => name.startsWith('snapshot-'));
}

interface Snapshot {
  readonly name: string;
  /** Size of all its files. */
  readonly bytes: number;
}

async function onlySnapshot(folder: string): Promise<Snapshot> {
  const catalog = join(folder, 'index', 'main');
  const [space] = await readdir(catalog);
  const names = await readdir(join(catalog, space!));
  expect(names, 'one snapshot, and nothing that is half of one').toHaveLength(1);
  const path = join(catalog, space!, names[0]!);
  const files = await readdir(path);
  expect(files).toContain('graph.hnsw');
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(path, file))).size));
  return { name: names[0]!, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

function expectLoaded(index: IndexProcess, name: string): void {
  const loaded = linesOf(index).filter(({ msg }) => msg === 'a snapshot was loaded');
  expect(loaded.map(({ change }) => change)).toEqual([changeOf(name)]);
}

/** The reasons that snapshots were not written. */
function causesIn(index: IndexProcess): readonly string[] {
  return linesOf(index)
    .filter(({ msg }) => msg === 'a snapshot could not be written, the one before stays')
    .map(({ err }) => String(err?.cause?.message).replaceAll(/\d{2,}/g, 'n'));
}

interface LogLine {
  readonly msg?: string;
  readonly change?: number;
  readonly err?: { readonly cause?: { readonly message?: string } };
}

function linesOf(index: IndexProcess): readonly LogLine[] {
  return index
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): LogLine => JSON.parse(line));
}
