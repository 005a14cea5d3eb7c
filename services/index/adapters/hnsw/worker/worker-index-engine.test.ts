import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAIN_CATALOG } from '@kindred/shared/id';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fill, id, itemOf, key, testVectors } from '../../../ports/engine-catalog.fixture.ts';
import { engineSnapshotsContract } from '../../../ports/engine-snapshots.contract.ts';
import { indexEngineContract } from '../../../ports/index-engine.contract.ts';
import { EngineDeadError } from '../../../ports/index-engine.ts';
import { type WorkerEngineOptions, WorkerIndexEngine } from './worker-index-engine.ts';

const unexpected: WorkerEngineOptions['onDeath'] = (error) => {
  throw error;
};

describe('the engine in its thread', () => {
  indexEngineContract(
    () => {
      // Every tombstone makes a rebuild due.
      const index = { tombstonesMin: 1, tombstoneShareMax: 0 };
      const root = join(tmpdir(), 'kindred-no-snapshots');
      const engine = new WorkerIndexEngine({ root, index, onDeath: unexpected });
      const isBuilt = async (): Promise<boolean> =>
        (await engine.status()).spaces.every(({ unindexed, tombstones }) => unindexed === 0 && tombstones === 0);
      return {
        engine,
        async settle() {
          while (!(await isBuilt())) await sleep(1);
        },
      };
    },
    { histories: 50 },
  );
  engineSnapshotsContract((root) => new WorkerIndexEngine({ root, onDeath: unexpected }));
});

describe('the thread', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'kindred-thread-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  test('builds the graph when nothing else is to be done', async () => {
    const engine = new WorkerIndexEngine({ root, onDeath: unexpected });
    await fill(engine);
    await expect.poll(async () => (await engine.status()).spaces[0]?.unindexed).toBe(0);
    await engine.close();
  });

  test('a deleted vector leaves memory in time, without a call', async () => {
    const engine = new WorkerIndexEngine({ root, index: { compactAfterMs: 50 }, onDeath: unexpected });
    await fill(engine);
    await engine.apply([itemOf(3, { change: 900, fields: undefined, spaces: [] })]);
    await expect.poll(async () => (await engine.status()).spaces[0]).toMatchObject({ tombstones: 0, size: 399 });
    await engine.close();
  });

  test('death rejects pending and later calls, is reported once, and leaves the last snapshot whole', async () => {
    for (let round = 0; round < 5; round++) {
      const deaths: Error[] = [];
      const engine = new WorkerIndexEngine({ root, onDeath: (error) => deaths.push(error) });
      await fill(engine);
      if (round === 0) await engine.writeSnapshot(key);
      const pending = [
        engine.writeSnapshot(key),
        engine.search(key, [{ target: { vector: testVectors[0]! }, k: 5 }]),
        engine.status(),
      ];
      const outcomes = Promise.allSettled(pending);
      await sleep(round);
      await engine.kill();
      for (const outcome of await outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(EngineDeadError);
      }
      await expect(engine.status()).rejects.toThrow(EngineDeadError);
      expect(deaths).toHaveLength(1);
      await engine.close();
    }
    const folder = join(root, MAIN_CATALOG);
    const names = await readdir(join(folder, (await readdir(folder))[0]!));
    expect(names.some((name) => name.startsWith('snapshot-'))).toBe(true);
  });

  test('changes arrive with the vectors that they were sent with', async () => {
    const engine = new WorkerIndexEngine({ root, onDeath: unexpected });
    await fill(engine);
    const queries = testVectors.map((vector) => ({ target: { vector }, k: 1 }));
    const { neighbors } = await engine.search(key, queries);
    expect(neighbors.map((list) => list[0]?.item)).toEqual(testVectors.map((_, i) => id(i)));
    await engine.close();
  });
});
