import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAIN_CATALOG } from '@kindred/shared/id';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { embeddingOf, FILLED, fill, id, itemOf, key, spaceOf, testVectors, toOpen } from './engine-catalog.fixture.ts';
import type { EngineSnapshots } from './engine-snapshots.ts';
import type { IndexEngine } from './index-engine.ts';

/** Everything that each engine with snapshots must keep. @param start  Starts an engine on a folder of snapshots. */
export function engineSnapshotsContract(start: (root: string) => IndexEngine & EngineSnapshots): void {
  let root: string;
  let engine: IndexEngine & EngineSnapshots;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'kindred-engine-'));
    engine = start(root);
  });
  afterEach(async () => {
    await engine.close();
    await rm(root, { recursive: true, force: true });
  });

  const restart = async (folder = root): Promise<void> => {
    await engine.close();
    engine = start(folder);
  };
  const nearest = async (i: number) => {
    const { neighbors } = await engine.search(key, [{ target: { vector: testVectors[i]! }, k: 3 }]);
    return neighbors[0]!.map(({ item }) => item);
  };

  test('carries a space over to the next engine, whose fields come from the items', async () => {
    await fill(engine);
    expect(await engine.writeSnapshot(key)).toBe(FILLED);
    expect(await engine.snapshotNeeds()).toMatchObject([{ unsaved: 0, isRebuilt: false, isSaving: false }]);
    await restart();
    expect(await engine.open({ ...toOpen, head: FILLED - 1 })).toMatchObject({
      change: 0,
      refusals: [expect.stringContaining(String(FILLED - 1))],
    });
    await restart();
    expect(await engine.open(toOpen)).toEqual({ change: FILLED, refusals: [] });
    expect((await engine.status()).position, 'the items are still to be read').toBe(0);
    expect(await nearest(3)).toEqual([]);
    await engine.apply(testVectors.map((_, i) => itemOf(i, i === 4 ? { fields: undefined, spaces: [] } : {})));
    expect((await nearest(3))[0]).toBe(id(3));
    expect(await nearest(4)).not.toContain(id(4));
  });

  test('a snapshot of a space that is still being filled claims nothing of what it lacks', async () => {
    await engine.apply([itemOf(1)], FILLED);
    await engine.open(toOpen);
    await engine.apply([embeddingOf(1)]);
    expect(await engine.writeSnapshot(key)).toBe(0);
    await restart();
    expect((await engine.open(toOpen)).change).toBe(0);
  });

  test('a dropped space leaves no snapshot, whether it was held or not', async () => {
    for (const isHeld of [true, false]) {
      await fill(engine);
      await engine.writeSnapshot(key);
      if (!isHeld) await restart();
      await engine.apply([spaceOf('retired')]);
      expect((await engine.status()).spaces).toEqual([]);
      expect(await readdir(join(root, MAIN_CATALOG)), isHeld ? 'held' : 'not held').toEqual([]);
    }
  });

  test('a snapshot that cannot be written is an error, and counts as unsaved', async () => {
    await restart('/dev/null/nowhere');
    await fill(engine);
    await expect(engine.writeSnapshot(key)).rejects.toThrow('was not written');
    expect(await engine.snapshotNeeds()).toMatchObject([{ unsaved: 400, isRebuilt: true, isSaving: false }]);
    expect((await nearest(3))[0]).toBe(id(3));
  });
}
