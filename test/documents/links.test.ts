import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../house/repository.ts';

const PAGES = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).sort();
const LINK = /\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)/g;
const PATH = /`((?:shared|services|infra|cli|benchmarks|test|docs)\/[\w./-]*)`/g;

test('there are pages to check', () => {
  expect(PAGES).toContain('README.md');
});

test.each(PAGES)('every file and folder that %s names exists', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const links = [...text.matchAll(LINK)].map(({ 1: path = '' }) => join(dirname(page), path));
  const paths = [...text.matchAll(PATH)].map(({ 1: path = '' }) => path);
  expect([...links, ...paths].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
