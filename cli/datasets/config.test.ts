import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readDatasetsConfig } from './config.ts';

test('makes data sets below .kindred unless told otherwise', () => {
  expect(readDatasetsConfig({})).toEqual({
    datasetsFolder: resolve('.kindred', 'datasets'),
    workingFolder: process.cwd(),
  });
  expect(readDatasetsConfig({ KINDRED_DATA_DIR: join('/', 'data') }).datasetsFolder).toBe(
    join('/', 'data', 'datasets'),
  );
});

test('takes paths from where npm was called', () => {
  const environment = { npm_lifecycle_event: 'datasets', INIT_CWD: join('/', 'somewhere') };
  expect(readDatasetsConfig(environment).workingFolder).toBe(join('/', 'somewhere'));
});
