import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DEFAULT_MODEL } from '@kindred/shared/embedding/known-models';
import { afterAll, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..', '..');
/** Folder that set-up fills with the models of the test run. */
const MODELS = resolve(
  ROOT,
  process.env.KINDRED_MODELS_DIR || join(process.env.KINDRED_DATA_DIR || '.kindred', 'models'),
);

const folder = await mkdtemp(join(tmpdir(), 'kindred-prepare-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

function prepare(environment: Readonly<Record<string, string>>): { code: number | null; output: string } {
  const run = spawnSync(process.execPath, [join(import.meta.dirname, 'prepare.ts')], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, KINDRED_MODEL_FILES: MODELS, ...environment },
  });
  return { code: run.status, output: run.stdout + run.stderr };
}

test('the models go to KINDRED_MODELS_DIR where that is set, and else to the data folder', async () => {
  const data = join(folder, 'data');
  const models = join(folder, 'shared-models');
  expect(prepare({ KINDRED_DATA_DIR: data, KINDRED_MODELS_DIR: models })).toMatchObject({ code: 0 });
  expect(existsSync(join(models, DEFAULT_MODEL, 'tokenizer.json'))).toBe(true);
  expect(existsSync(data)).toBe(false);

  expect(prepare({ KINDRED_DATA_DIR: data, KINDRED_MODELS_DIR: '' })).toMatchObject({ code: 0 });
  expect(existsSync(join(data, 'models', DEFAULT_MODEL, 'tokenizer.json'))).toBe(true);
});

test('a whole folder of models is only read', async () => {
  const models = join(folder, 'whole');
  const timeOf = async (file: string): Promise<number> => (await stat(join(models, DEFAULT_MODEL, file))).mtimeMs;
  expect(prepare({ KINDRED_MODELS_DIR: models }).code).toBe(0);
  const before = [await timeOf('config.json'), await timeOf('golden-checked')];
  expect(prepare({ KINDRED_MODELS_DIR: models, KINDRED_MODEL_FILES: '' })).toEqual({ code: 0, output: '' });
  expect([await timeOf('config.json'), await timeOf('golden-checked')]).toEqual(before);
});

test('an unknown model is a mistake of the configuration', () => {
  const { code, output } = prepare({ KINDRED_MODEL: 'gpt' });
  expect(code).toBe(78);
  expect(output).toMatch(/KINDRED_MODEL: must be one of /);
});
