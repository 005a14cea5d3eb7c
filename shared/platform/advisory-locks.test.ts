import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ADVISORY_LOCKS } from './advisory-locks.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
/** Calls that take a lock, with the arguments as they are written. */
const CALLS = /pg_(?:try_)?advisory_(?:xact_)?lock(?:_shared)?\(([^)]*)/g;

async function callsIn(folder: string, extension: string): Promise<{ file: string; words: string }[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true });
  const files = entries.filter((file) => file.endsWith(extension) && !/node_modules|[.]test[.]/.test(file));
  const calls = files.map(async (file) => {
    const text = await readFile(join(ROOT, folder, file), 'utf8');
    return [...text.matchAll(CALLS)].map(([, words = '']) => ({ file: join(folder, file), words }));
  });
  return (await Promise.all(calls)).flat();
}

test('each lock has numbers of its own', () => {
  const numbers = Object.values(ADVISORY_LOCKS).map((lock) => String(lock));
  expect(new Set(numbers).size).toBe(numbers.length);
  const classes = Object.values(ADVISORY_LOCKS).filter((lock) => typeof lock === 'number');
  const pairs = Object.values(ADVISORY_LOCKS).filter((lock) => typeof lock !== 'number');
  for (const [lockClass] of pairs) expect(classes).not.toContain(lockClass);
});

test('no service writes a number itself', async () => {
  const calls = (await Promise.all(['shared', 'services', 'infra'].map((folder) => callsIn(folder, '.ts')))).flat();
  expect(calls.length).toBeGreaterThan(4);
  expect(calls.filter(({ words }) => /^\s*\d/.test(words))).toEqual([]);
});

test('the numbers in migrations are in the table', async () => {
  const calls = await callsIn(join('infra', 'migrations'), '.sql');
  expect(calls.length).toBeGreaterThan(1);
  const pairs = Object.values(ADVISORY_LOCKS).map((lock) => String(lock));
  for (const { file, words } of calls) expect(pairs, file).toContain(words.replaceAll(' ', ''));
});
