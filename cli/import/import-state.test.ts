import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '../dataset-folder/test-folder.ts';
import { stateFileOf } from './import-state.ts';

const folder = join(testFolder(), 'imports');
const identity = { url: 'http://127.0.0.1:8080', catalog: 'main', path: '/books.csv', contentSha256: 'abc' };
const state = { startedAt: '2026-01-31T12:00:00.000Z', part: 1, line: 7, items: 3, events: 2, rejected: 1 };

test('keeps one state per server, catalog, path and content', async () => {
  const file = stateFileOf(folder, identity);
  expect(await file.read()).toBeUndefined();
  await file.write({ ...state, line: 6 });
  await file.write(state);
  expect(await stateFileOf(folder, identity).read()).toEqual(state);
  for (const other of [{ url: 'http://b' }, { catalog: 'b' }, { path: '/b' }, { contentSha256: 'b' }]) {
    expect(await stateFileOf(folder, { ...identity, ...other }).read()).toBeUndefined();
  }
  expect(readdirSync(folder)).toHaveLength(1);
  await file.remove();
  await file.remove();
  expect(readdirSync(folder)).toEqual([]);
});

test('starts over when the file is damaged', async () => {
  const file = stateFileOf(folder, identity);
  await file.write(state);
  const [name = ''] = readdirSync(folder);
  for (const content of ['{', '', '{"line": -1}']) {
    writeFileSync(join(folder, name), content);
    expect(await file.read()).toBeUndefined();
  }
});
