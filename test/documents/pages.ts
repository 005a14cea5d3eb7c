import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchmarksPage } from '@kindred/benchmarks/report/benchmarks-page';
import { RESULTS_FOLDER, readResults } from '@kindred/benchmarks/report/result-files';
import { ROOT } from '../house/repository.ts';
import { ownersTable, TABLE_OWNERS } from '../structure/table-owners.ts';
import { configurationPage } from './configuration-page.ts';
import { withSection } from './marked-section.ts';
import { PROGRAMS } from './programs.ts';

/** A page of `docs/` that follows from code or results. */
export interface Page {
  /** Path from the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** Renders every generated page, and those that have a generated section. */
export async function generatedPages(): Promise<readonly Page[]> {
  return [
    { path: 'docs/CONFIGURATION.md', text: configurationPage(PROGRAMS) },
    { path: 'docs/BENCHMARKS.md', text: benchmarksPage(await readResults(RESULTS_FOLDER)) },
    ...architecturePage(),
  ];
}

/** The architecture page with the table of tables, if it has the marks for it. */
function architecturePage(): readonly Page[] {
  const path = 'docs/ARCHITECTURE.md';
  const page = readFileSync(join(ROOT, path), 'utf8');
  return page.includes('<!-- tables -->')
    ? [{ path, text: withSection(page, 'tables', ownersTable(TABLE_OWNERS)) }]
    : [];
}
