import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '@kindred/cli/dataset-folder/data-error';
import { ann } from './ann/question.ts';
import type { BenchArguments } from './bench-arguments.ts';
import type { Answer, BenchRun } from './bench-run.ts';
import { readBenchConfig } from './config.ts';
import { datasetNames } from './datasets/find-dataset.ts';
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
  try {
    if (run.isAll) await measureAll(run);
    else await measure(run);
  } finally {
    await writeFile(PAGE, benchmarksPage(await readResults(RESULTS_FOLDER)));
  }
}

/**
 * Measures every data set. One that cannot be measured does not keep the others from it.
 * @throws {DataError} that names each such one, in the end.
 */
async function measureAll(run: BenchRun): Promise<void> {
  const names = await datasetNames(run.config.dataRoot);
  const failures: string[] = [];
  for (const data of names) {
    try {
      await measure({ ...run, data });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      console.error(`ranking: ${data}: ${error.message}`);
      failures.push(`${data}: ${error.message}`);
    }
  }
  if (failures.length > 0) throw new DataError(`not measured:\n${failures.join('\n')}`);
}

async function measure(run: BenchRun): Promise<void> {
  for await (const { result, isWhole } of ask(run)) {
    const folder = isWhole ? RESULTS_FOLDER : run.config.benchFolder;
    const path = run.out ?? join(folder, resultFile(result));
    await writeResult(path, result);
    console.log(`\n${resultSection(result)}\n\nwritten to ${path}`);
  }
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
