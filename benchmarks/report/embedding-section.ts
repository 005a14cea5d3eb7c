import type { EmbeddingResult } from '../embedding/result.ts';
import { quantile } from '../measure/quantile.ts';
import { markdownTable } from './markdown-table.ts';
import { fraction, verdict } from './numbers.ts';
import { runLine } from './run-line.ts';

/** Renders the import path against a bare loop over the same model. */
export function embeddingSection(result: EmbeddingResult): string {
  const { data, texts, meanCharacters, contenders, ratio, memory } = result;
  const rows = contenders.map(({ name, threads, perThread, perCpuSecond }) => [
    name,
    `${threads}`,
    medianOf(perThread),
    Math.max(...perThread).toFixed(1),
    medianOf(perCpuSecond),
  ]);
  return [
    `### ${data}`,
    `${texts} texts of ${Math.round(meanCharacters)} characters on average. Kindred's are posted to the running server over HTTP until all are embedded, stored and on their way to the index.`,
    markdownTable(
      ['contender', 'threads', 'texts/s per thread, median', 'best round', 'texts/s of processor time'],
      rows,
    ),
    `Kindred reaches ${fraction(ratio.perThread, 2)} of the throughput of as many concurrent bare loops (goal ${fraction(ratio.goal, 2)}: ${verdict(ratio.perThread >= ratio.goal)}), and ${fraction(ratio.perCpuSecond, 2)} by processor time, without that of the database. The server took ${memory.atStartMb.toFixed(0)} MB before and ${memory.afterMb.toFixed(0)} MB after.`,
    runLine(result),
  ].join('\n\n');
}

function medianOf(values: readonly number[]): string {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  ).toFixed(1);
}
