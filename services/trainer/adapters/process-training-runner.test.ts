import type { CatalogId } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { ProcessTrainingRunner } from './process-training-runner.ts';

const catalog = 'things' as CatalogId;
const NO_DATABASE = 'postgres://127.0.0.1:1/none';
const nobody = { onCost: () => {}, onLine: () => {} };

test('a training that is stopped while its process starts fails, and none begins after it', async () => {
  const runner = new ProcessTrainingRunner({ databaseUrl: NO_DATABASE });
  const outcome = runner.run(catalog, nobody);
  await runner.stop();
  expect(await outcome).toEqual({ kind: 'failed', reason: 'the training was stopped' });
  expect(await runner.run(catalog, nobody)).toEqual({ kind: 'failed', reason: 'the trainer is stopping' });
});

test('a process that ends before its message fails the training with a reason', async () => {
  // It takes no program and no message.
  const runner = new ProcessTrainingRunner({ databaseUrl: NO_DATABASE, execPath: '/usr/bin/false' });
  const outcome = await runner.run(catalog, nobody);
  expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/ended by exit code 1/) });
});
