import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../house/repository.ts';
import { generatedPages } from './pages.ts';

test.each(await generatedPages())('$path is what `npm run docs` writes', ({ path, text }) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
});
