import { type ChildProcess, fork } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { snapshotFolder } from '@kindred/index/adapters/hnsw/snapshot/snapshot-folder';
import { WorkerIndexEngine } from '@kindred/index/adapters/hnsw/worker/worker-index-engine';
import { clusteredVectors } from '@kindred/index/clustered-vectors.fixture';
import type { SpaceToOpen } from '@kindred/index/ports/index-engine';
import { testDatabase } from '@kindred/infra/postgres/test-database';
import { expect } from 'vitest';
import { IndexProcess } from '../index-process.ts';
import { until } from '../until.ts';
import { type LoadAsked, type LoadTold, loadedChanges, WANTED } from './loaded-space.ts';
import { DAMAGES, holdSame, type OtherSnapshots } from './snapshot-damage.ts';
import { vectorRows } from './vector-rows.ts';

const OTHER_DIMENSIONS: SpaceToOpen = { ...WANTED, dimensions: 32 };
const OTHER_MODEL: SpaceToOpen = { ...WANTED, space: JSON.parse('"another model@1"') };

/** Whole snapshots, as the engine writes them. */
interface WholeSnapshots {
  readonly good: string;
  readonly others: OtherSnapshots;
}

async function writeWhole(folder: string): Promise<WholeSnapshots> {
  const write = async (name: string, wanted: SpaceToOpen, changes = loadedChanges(wanted)): Promise<string> => {
    const root = join(folder, name);
    const engine = new WorkerIndexEngine({
      root,
      index: { tombstonesMin: changes.length },
      onDeath: (error) => {
        throw error;
      },
    });
    await engine.open(wanted);
    await engine.apply(changes, changes.at(-1)!.change);
    await until('all is in the graph', async () => (await engine.status()).spaces[0]?.unindexed === 0);
    await engine.writeSnapshot(wanted);
    await engine.close();
    return onlyIn(snapshotFolder(root, wanted));
  };
  return {
    good: await write('good', WANTED),
    others: {
      earlier: await write('earlier', WANTED, loadedChanges().slice(0, -50)),
      ofOtherDimensions: await write('dimensions', OTHER_DIMENSIONS),
      ofOtherModel: await write('model', OTHER_MODEL),
    },
  };
}

/**
 * Damages a snapshot again and again and has a process load it: each damage is noticed, and the index built from the
 * changes instead, or the loaded files are byte for byte as they were written. A crash ends the process, and the test.
 */
export async function loadDamaged(count: number, random: () => number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-damaged-'));
  const loader = startLoader();
  try {
    const { good, others } = await writeWhole(folder);
    const whole = await loader.load(join(folder, 'good'));
    expect(whole).toMatchObject({ change: loadedChanges().at(-1)!.change, refusals: [] });
    let noticed = 0;
    for (let i = 0; i < count; i++) {
      const root = join(folder, `damaged-${i}`);
      const snapshot = join(snapshotFolder(root, WANTED), good.slice(good.lastIndexOf('/') + 1));
      await cp(good, snapshot, { recursive: true });
      const what = await DAMAGES[i % DAMAGES.length]!(snapshot, random, others);
      const told = await loader.load(root).catch((cause: Error) => {
        throw new Error(`damage ${i}: ${what}`, { cause });
      });
      expect(told.answers, `damage ${i}, ${what}: other answers`).toBe(whole.answers);
      if (told.change === 0) {
        expect(told.refusals, what).toHaveLength(1);
        noticed++;
      } else expect(await holdSame(good, snapshot), `damage ${i}, ${what}: loaded`).toBe(true);
      await rm(root, { recursive: true });
    }
    console.log(
      `${count} damaged snapshots: ${noticed} noticed, ${count - noticed} equal to what was written, 0 crashes`,
    );
    expect(noticed).toBeGreaterThan(count / 2);
  } finally {
    loader.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Loader {
  /** @throws Error when the process ended. */
  load(root: string): Promise<LoadTold>;
  stop(): void;
}

function startLoader(): Loader {
  const child: ChildProcess = fork(join(import.meta.dirname, 'load-snapshot-main.ts'), { execArgv: [] });
  return {
    load: (root) =>
      new Promise((resolve, reject) => {
        const ended = (code: number | null, signal: string | null): void =>
          reject(new Error(`the process ended with ${code ?? signal}`));
        child.once('exit', ended);
        child.once('message', (told: LoadTold) => {
          child.off('exit', ended);
          resolve(told);
        });
        child.send({ root } satisfies LoadAsked);
      }),
    stop: () => void child.kill('SIGKILL'),
  };
}

const SERVED_ITEMS = 800;

/** Damages the snapshot of the whole index service, which says so, serves the rows of PostgreSQL and writes a new one. */
export async function rebuildDamaged(count: number, random: () => number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-rebuilt-'));
  const database = await testDatabase();
  const vectors = clusteredVectors({ count: SERVED_ITEMS, dimensions: WANTED.dimensions, seed: 7 });
  const rows = await vectorRows(database, WANTED.dimensions);
  await rows.put(new Map(vectors.map((vector, index) => [`i${index}`, vector])));
  const start = () => IndexProcess.start({ databaseUrl: database.url, folder });
  let index = await start();
  let refused = 0;
  try {
    const { others } = await writeWhole(join(folder, 'others'));
    await index.built(0);
    expect(await index.stop()).toBe(0);
    for (let i = 0; i < count; i++) {
      const [space] = await readdir(join(folder, 'index', 'main'));
      const snapshot = await onlyIn(join(folder, 'index', 'main', space!));
      const kept = join(folder, `kept-${i}`);
      await mkdir(kept);
      await cp(snapshot, kept, { recursive: true });
      const what = await DAMAGES[i % DAMAGES.length]!(snapshot, random, others);
      const isSame = await holdSame(kept, snapshot);
      index = await start();
      expect(index.output().includes('a snapshot was loaded'), what).toBe(isSame);
      expect(index.output().includes('a snapshot was refused'), what).toBe(!isSame);
      if (!isSame) refused++;
      for (let from = 0; from < SERVED_ITEMS; from += 100) {
        const lists = await index.neighbors(vectors.slice(from, from + 100), 1);
        expect(lists.map(({ items }) => items[0])).toEqual(lists.map((_, at) => `i${from + at}`));
      }
      await index.built(0);
      expect(await index.stop(), what).toBe(0);
    }
    index = await start();
    expect(index.output()).toContain('a snapshot was loaded');
    console.log(`${count} damaged snapshots under the service: ${refused} refused and rebuilt from PostgreSQL`);
    expect(refused).toBeGreaterThan(count / 2);
  } finally {
    await index.stop('SIGKILL');
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function onlyIn(folder: string): Promise<string> {
  const names = await readdir(folder);
  expect(names).toHaveLength(1);
  return join(folder, names[0]!);
}
