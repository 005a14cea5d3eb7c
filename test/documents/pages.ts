import { benchmarksPage } from '@kindred/benchmarks/report/benchmarks-page';
import { RESULTS_FOLDER, readResults } from '@kindred/benchmarks/report/result-files';
import { configurationPage } from './configuration-page.ts';
import { PROGRAMS } from './programs.ts';

/** A page of `docs/` that follows from code or results. */
export interface Page {
  /** Path from the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** Renders every generated page. */
export async function generatedPages(): Promise<readonly Page[]> {
  return [
    { path: 'docs/CONFIGURATION.md', text: configurationPage(PROGRAMS) },
    { path: 'docs/BENCHMARKS.md', text: benchmarksPage(await readResults(RESULTS_FOLDER)) },
  ];
}
