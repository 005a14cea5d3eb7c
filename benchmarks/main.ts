import { join } from 'node:path';
import { ConfigError } from '@kindred/shared/config';
import { DataError } from '@kindred/shared/dataset/data-error';
import { readArguments, UsageError } from './bench-arguments.ts';
import type { Answer, BenchRun } from './bench-run.ts';
import { readBenchConfig } from './config.ts';
import { DatasetMissingError } from './datasets/find-dataset.ts';
import { ranking } from './ranking/question.ts';
import type { BenchResult } from './report/bench-result.ts';
import { RESULTS_FOLDER, resultFile, writeResult } from './report/result-files.ts';

try {
  await main({ ...readArguments(process.argv.slice(2)), config: readBenchConfig(process.env) });
} catch (error) {
  const isForUser = [UsageError, ConfigError, DataError, DatasetMissingError].some((kind) => error instanceof kind);
  console.error(error instanceof Error ? `Kindred benchmarks: ${isForUser ? error.message : error.stack}` : error);
  process.exitCode = isForUser ? 2 : 1;
}

async function main(run: BenchRun): Promise<void> {
  for (const { result, isWhole } of await ask(run)) {
    const folder = isWhole ? RESULTS_FOLDER : run.config.benchFolder;
    const path = run.out ?? join(folder, resultFile(result));
    await writeResult(path, result);
    console.log(JSON.stringify(result, null, 2));
    console.log(`written to ${path}`);
  }
}

async function ask(run: BenchRun): Promise<readonly Answer<BenchResult>[]> {
  switch (run.question) {
    case 'ranking':
      return ranking(run);
    default:
      throw new Error('later');
  }
}
