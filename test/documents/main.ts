import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../house/repository.ts';
import { configurationPage } from './configuration-page.ts';
import { PROGRAMS } from './programs.ts';

// Writes the pages of `docs/` that follow from the code: `npm run docs`.
writeFileSync(join(ROOT, 'docs', 'CONFIGURATION.md'), configurationPage(PROGRAMS));
console.log('docs/CONFIGURATION.md is written');
