import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { describe, expect, test } from 'vitest';
import { filled, indexEngineContract, testVectors } from '../../../ports/index-engine.contract.ts';
import { EngineDeadError } from '../../../ports/index-engine.ts';
import { createWorkerEngine, type WorkerEngineOptions } from './worker-index-engine.ts';

const unexpected: WorkerEngineOptions['onDeath'] = (error) => {
  throw error;
};

describe('the engine in its thread', () => {
  indexEngineContract((options) => createWorkerEngine({ ...options, onDeath: unexpected }));
});

const space: SpaceId = JSON.parse('"model"');
const key = { catalog: MAIN_CATALOG, space };

test('builds the graph when nothing else is to be done', async () => {
  const root = await mkdtemp(join(tmpdir(), 'kindred-thread-'));
  const engine = createWorkerEngine({ root, onDeath: unexpected });
  await filled(engine);
  await expect.poll(async () => (await engine.status())[0]?.unindexed, { timeout: 5_000 }).toBe(0);
  await engine.close();
  await rm(root, { recursive: true });
});

test('what was deleted leaves memory in time, without anyone asking', async () => {
  const root = await mkdtemp(join(tmpdir(), 'kindred-thread-'));
  const engine = createWorkerEngine({ root, index: { compactAfterMs: 50 }, onDeath: unexpected });
  await filled(engine);
  const item = JSON.parse('"item-3"');
  await engine.apply([{ kind: 'item', change: 900, catalog: MAIN_CATALOG, item, fields: undefined, spaces: [] }]);
  await expect
    .poll(async () => (await engine.status())[0], { timeout: 5_000 })
    .toMatchObject({ tombstones: 0, size: 399 });
  await engine.close();
  await rm(root, { recursive: true });
});

test('death rejects what waits and what comes, is told once, and leaves the last snapshot whole', async () => {
  const root = await mkdtemp(join(tmpdir(), 'kindred-thread-'));
  for (let round = 0; round < 5; round++) {
    const deaths: Error[] = [];
    const engine = createWorkerEngine({ root, onDeath: (error) => deaths.push(error) });
    await filled(engine);
    if (round === 0) await engine.snapshot(key, 800);
    const waiting = [
      engine.snapshot(key, 801),
      engine.search(key, [{ target: { vector: testVectors[0]! }, k: 5 }]),
      engine.status(),
    ];
    const outcomes = Promise.allSettled(waiting);
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
  expect((await readdir(join(folder, (await readdir(folder))[0]!))).some((name) => name.startsWith('snapshot-'))).toBe(
    true,
  );
  await rm(root, { recursive: true });
});
