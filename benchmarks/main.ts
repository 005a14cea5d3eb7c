import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ann } from './ann/question.ts';
import type { BenchArguments } from './bench-arguments.ts';
import type { Answer, BenchRun } from './bench-run.ts';
import { readBenchConfig } from './config.ts';
import { diversity } from './diversity/question.ts';
import { embedding } from './embedding/question.ts';
import { freshness } from './freshness/question.ts';
import { newItems } from './new-items/question.ts';
import { ranking } from './ranking/question.ts';
import type { BenchResult } from './report/bench-result.ts';
import { benchmarksPage, resultSection } from './report/benchmarks-page.ts';
import { RESULTS_FOLDER, readResults, resultFile, writeResult } from './report/result-files.ts';
import { serving } from './serving/question.ts';

const PAGE = join(import.meta.dirname, '..', 'docs', 'BENCHMARKS.md');

/**
 * Does all of `kindred bench`: measures, writes the result, and writes the page from all published results.
 * @throws {StartError} and {DataError}, meant for the user.
 */
export async function bench(read: BenchArguments): Promise<void> {
  const run: BenchRun = { ...read, config: readBenchConfig() };
  for await (const { result, isWhole } of ask(run)) {
    const folder = isWhole ? RESULTS_FOLDER : run.config.benchFolder;
    const path = run.out ?? join(folder, resultFile(result));
    await writeResult(path, result);
    console.log(`\n${resultSection(result)}\n\nwritten to ${path}`);
  }
  await writeFile(PAGE, benchmarksPage(await readResults(RESULTS_FOLDER)));
}

function ask(run: BenchRun): AsyncIterable<Answer<BenchResult>> {
  switch (run.question) {
    case 'ann':
      return ann(run);
    case 'ranking':
      return ranking(run);
    case 'diversity':
      return diversity(run);
    case 'new-items':
      return newItems(run);
    case 'embedding':
      return embedding(run);
    case 'serving':
      return serving(run);
    case 'freshness':
      return freshness(run);
    default:
      return run.question satisfies never;
  }
}
