import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BenchResult, benchResultSchema } from './bench-result.ts';

/** Folder of the published results. */
export const RESULTS_FOLDER = join(import.meta.dirname, '..', 'results');

/** File of a result in its folder: one per question and data set, a new one replaces the last. */
export function resultFile({ benchmark, data }: BenchResult): string {
  return data === '' ? `${benchmark}.json` : `${benchmark}-${data}.json`;
}

/** Writes a result, with the folders above it. */
export async function writeResult(path: string, result: BenchResult): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(benchResultSchema.parse(result), null, 2)}\n`);
}

/**
 * Reads all results of a folder, by file name.
 * @throws Error naming a file that holds no result.
 */
export async function readResults(folder: string): Promise<readonly BenchResult[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => {
      const parsed = benchResultSchema.safeParse(JSON.parse(await readFile(join(folder, name), 'utf8')));
      if (parsed.success) return parsed.data;
      throw new Error(
        `${join(folder, name)} is no result of the current benchmarks; run that one again: ${parsed.error.message}`,
      );
    }),
  );
}
