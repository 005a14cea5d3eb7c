import { join, resolve } from 'node:path';
import { ConfigError } from '@kindred/shared/platform/config';
import { expect, test } from 'vitest';
import { readImportConfig } from './import/config.ts';

test('has a default for everything', () => {
  expect(readImportConfig({ KINDRED_URL: '' })).toEqual({
    url: 'http://127.0.0.1:8080',
    rankingUrl: 'http://127.0.0.1:8080',
    trainerUrl: 'http://127.0.0.1:8080',
    apiKey: undefined,
    stateFolder: resolve('.kindred', 'imports'),
    workingFolder: process.cwd(),
  });
});

test('takes an address with a path and without the slash at its end', () => {
  expect(readImportConfig({ KINDRED_URL: 'https://example.org/kindred/' }).url).toBe('https://example.org/kindred');
  expect(readImportConfig({ KINDRED_URL: 'http://localhost:9/' }).url).toBe('http://localhost:9');
});

test('refuses what is no address and a key that is no header, both at once', () => {
  const broken = { KINDRED_URL: 'localhost:8080', KINDRED_API_KEY: 'a key' };
  expect(() => readImportConfig(broken)).toThrow(ConfigError);
  expect(() => readImportConfig(broken)).toThrow(/KINDRED_URL: must be.*\n.*KINDRED_API_KEY: must be/);
  expect(() => readImportConfig({ KINDRED_URL: 'http://me:secret@localhost' })).toThrow(/must have no name/);
});

test('takes paths from where npm was called, since npm itself changes the folder', () => {
  const environment = { npm_lifecycle_event: 'import', INIT_CWD: join('/', 'somewhere') };
  expect(readImportConfig(environment).workingFolder).toBe(join('/', 'somewhere'));
  expect(readImportConfig({ ...environment, npm_lifecycle_event: 'test' }).workingFolder).toBe(process.cwd());
});
