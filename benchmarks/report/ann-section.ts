import type { AnnResult } from '../ann/result.ts';
import { markdownTable } from './markdown-table.ts';
import { fraction, milliseconds, percent } from './numbers.ts';
import { runLine } from './run-line.ts';

type Judged = Pick<AnnResult['sweep'][number], 'recall' | 'worstRecall' | 'latency'>;

/** Renders one catalog's index against exact search. */
export function annSection(result: AnnResult): string {
  const { data, vectors, dimensions, build } = result;
  return [
    `### ${data}`,
    `${vectors.toLocaleString('en')} vectors of ${dimensions} dimensions. Kindred is asked through its thread, as the service does; "exact" is the oracle, in process.`,
    casesOf(result),
    ...sweepOf(result),
    ...deletesOf(result),
    `Built at ${Math.round(build.vectorsPerSecond).toLocaleString('en')} vectors per second; the process grew by ${build.memoryMb.toFixed(0)} MB.`,
    runLine(result),
  ].join('\n\n');
}

function casesOf({ cases }: AnnResult): string {
  const rows = cases.map(({ contender, queries, share, ...judged }) => [
    contender,
    queries,
    share === undefined ? 'none' : `keeps ${percent(share)}`,
    ...cellsOf(judged),
  ]);
  return markdownTable(['contender', 'queries', 'filter', ...JUDGED_HEADER], rows);
}

const JUDGED_HEADER = ['recall@10', 'worst query', 'p50 ms', 'p99 ms'] as const;

function cellsOf({ recall, worstRecall, latency }: Judged): readonly string[] {
  return [fraction(recall), fraction(worstRecall, 1), milliseconds(latency.p50Ms), milliseconds(latency.p99Ms)];
}

function sweepOf({ sweep }: AnnResult): readonly string[] {
  if (sweep.length === 0) return ['So few vectors are scanned: there is no graph to tune.'];
  const rows = sweep.map(({ efSearch, isDefault, ...judged }) => [
    `${efSearch}${isDefault ? ' (served)' : ''}`,
    ...cellsOf(judged),
  ]);
  return [
    'The same graph by the length of its candidate list (efSearch), inside its thread:',
    markdownTable(['efSearch', ...JUDGED_HEADER], rows),
  ];
}

function deletesOf({ deletes }: AnnResult): readonly string[] {
  if (deletes === undefined) return [];
  const rows = [
    ['at once, while the graph is rebuilt', ...cellsOf(deletes.atOnce)],
    [`after ${(deletes.compactMs / 1_000).toFixed(1)} s, rebuilt`, ...cellsOf(deletes.compacted)],
  ];
  return [
    `After ${percent(deletes.share)} of the items were deleted:`,
    markdownTable(['when', ...JUDGED_HEADER], rows),
  ];
}
