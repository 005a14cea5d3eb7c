import { join, resolve } from 'node:path';
import { ConfigError } from '@kindred/shared/platform/config';
import { expect, test } from 'vitest';
import { readClientConfig, readDatasetsConfig, readImportConfig } from './config.ts';

test('has a default for everything', () => {
  expect(readImportConfig({ KINDRED_URL: '' })).toEqual({
    url: 'http://127.0.0.1:8080',
    rankingUrl: 'http://127.0.0.1:8080',
    trainerUrl: 'http://127.0.0.1:8080',
    apiKey: undefined,
    stateFolder: resolve('.kindred', 'imports'),
    workingFolder: process.cwd(),
  });
  expect(readDatasetsConfig({})).toEqual({
    datasetsFolder: resolve('.kindred', 'datasets'),
    workingFolder: process.cwd(),
  });
});

test('keeps what it makes below the data folder that is named', () => {
  const environment = { KINDRED_DATA_DIR: join('/', 'data') };
  expect(readDatasetsConfig(environment).datasetsFolder).toBe(join('/', 'data', 'datasets'));
  expect(readImportConfig(environment).stateFolder).toBe(join('/', 'data', 'imports'));
});

test('takes an address with a path and without the slash at its end', () => {
  expect(readClientConfig({ KINDRED_URL: 'https://example.org/kindred/' }).url).toBe('https://example.org/kindred');
  expect(readClientConfig({ KINDRED_URL: 'http://localhost:9/' }).url).toBe('http://localhost:9');
});

test('asks the services of the distributed mode where they are', () => {
  const environment = { KINDRED_URL: 'http://a', KINDRED_RANKING_URL: 'http://b', KINDRED_TRAINER_URL: 'http://c' };
  expect(readClientConfig(environment)).toMatchObject({
    url: 'http://a',
    rankingUrl: 'http://b',
    trainerUrl: 'http://c',
  });
});

test('refuses an address or a key that cannot be one, both at once', () => {
  const broken = { KINDRED_URL: 'localhost:8080', KINDRED_API_KEY: 'a key' };
  expect(() => readImportConfig(broken)).toThrow(ConfigError);
  expect(() => readImportConfig(broken)).toThrow(/KINDRED_URL: must be.*\n.*KINDRED_API_KEY: must be/);
  expect(() => readImportConfig({ KINDRED_URL: 'http://me:secret@localhost' })).toThrow(/must have no name/);
});

test('takes paths from where npm was called, since npm itself changes the folder', () => {
  const called = join('/', 'somewhere');
  for (const script of ['kindred', 'import', 'datasets']) {
    const environment = { npm_lifecycle_event: script, INIT_CWD: called };
    expect(readImportConfig(environment).workingFolder).toBe(called);
    expect(readDatasetsConfig(environment).workingFolder).toBe(called);
  }
  expect(readImportConfig({ npm_lifecycle_event: 'test', INIT_CWD: called }).workingFolder).toBe(process.cwd());
});
