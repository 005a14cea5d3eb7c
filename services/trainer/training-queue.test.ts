import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CatalogId } from '@kindred/shared/id';
import { createLog } from '@kindred/shared/platform/log';
import { createRegistry } from '@kindred/shared/platform/metrics';
import { afterAll, expect, test } from 'vitest';
import { ProcessTrainingRunner } from './adapters/process-training-runner.ts';
import { trainerMeter } from './metrics.ts';
import { TrainingQueue } from './training-queue.ts';

const folder = await mkdtemp(join(tmpdir(), 'kindred-queue-'));
afterAll(() => rm(folder, { recursive: true }));
const catalog = 'things' as CatalogId;
const NO_DATABASE = 'postgres://127.0.0.1:1/none';

let nowMs = 1_000_000;
const registry = createRegistry();
const meter = trainerMeter(registry);

function queueOf(execPath: string): TrainingQueue {
  return new TrainingQueue({
    runner: new ProcessTrainingRunner({ databaseUrl: NO_DATABASE, execPath }),
    meter,
    log: createLog('test', 'silent'),
    now: () => nowMs,
  });
}

test('a training that cannot begin is doubted for a minute, or until one begins, and tells nothing of its catalog', async () => {
  const execPath = join(folder, 'node');
  const queue = queueOf(execPath);
  expect(queue.canStart).toBe(true);
  for (let times = 0; times < 3; times++) {
    expect((await queue.add(catalog).ended).state).toBe('failed');
    expect(queue.canStart).toBe(false);
    expect(queue.failuresOf(catalog)).toEqual({ count: 1, lastAtMs: nowMs });
    nowMs += 59_999;
    expect(queue.canStart).toBe(false);
    nowMs++;
    expect(queue.canStart).toBe(true);
  }
  await queue.add(catalog).ended;
  expect(queue.canStart).toBe(false);

  await symlink(process.execPath, execPath);
  expect(await queue.add(catalog).ended).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(/ECONNREFUSED/),
  });
  expect(queue.canStart).toBe(true);
  expect(queue.failuresOf(catalog)).toEqual({ count: 2, lastAtMs: nowMs });
  expect(await registry.metrics()).toMatch(/kindred_trainings_total\{outcome="not-started"\} 4/);
});

test('a catalog that waits is not queued twice; one whose training has ended is', async () => {
  const queue = queueOf(process.execPath);
  const first = queue.add(catalog);
  expect(queue.add(catalog)).toBe(first);
  expect(first.training.state).toBe('waiting');
  await first.ended;
  expect(first.training.state).toBe('failed');
  expect(queue.of(catalog)).toEqual(first.training);
  const second = queue.add(catalog);
  expect(second).not.toBe(first);
  expect(await second.ended).toMatchObject({ state: 'failed', version: undefined });
});
