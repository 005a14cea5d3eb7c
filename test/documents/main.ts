import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../house/repository.ts';
import { generatedPages } from './pages.ts';

// Writes the pages of `docs/` that follow from code and results: `npm run docs`.
for (const { path, text } of await generatedPages()) {
  writeFileSync(join(ROOT, path), text);
  console.log(`${path} is written`);
}
