import type { RankingResult } from '../ranking/result.ts';
import { markdownTable } from './markdown-table.ts';
import { fraction, milliseconds } from './numbers.ts';
import { PUBLIC_FIGURES, type PublicFigures } from './public-figures.ts';
import { runLine } from './run-line.ts';

const COMPARED = ['nDCG@10', 'nDCG@20', 'nDCG@100', 'recall@10', 'recall@20', 'coverage@10'] as const;
/** What the list is ordered by, and the verdict is about. */
const DECISIVE = 'nDCG@20';
const OWN = 'kindred';

/** One data set's ranking, beside what public packages reach on it. */
export function rankingSection(result: RankingResult): string {
  const { data, target, users, usersOfAll, contenders, catalogSize, versions, versionCount, memoryMb } = result;
  const isSample = users < usersOfAll;
  const others = target === 'test' ? (PUBLIC_FIGURES[data] ?? []) : [];
  return [
    `### ${data}`,
    `${users.toLocaleString('en')} users${isSample ? ` (a hashed sample of ${usersOfAll.toLocaleString('en')})` : ''} and the full catalog of ${catalogSize.toLocaleString('en')} items, judged on the ${target} rows; what a user had in training is never ranked.`,
    comparison(result, others),
    verdictOf(result, others),
    details(result),
    `Gini@10 is 0 when all items are shown alike; the intervals are bootstrapped over users. One request at a time, limit 100: ${contenders.map(({ name, user }) => `${name} p50 ${milliseconds(user.p50Ms)} ms, p99 ${milliseconds(user.p99Ms)} ms`).join('; ')}. The process took ${memoryMb} MB without the database.`,
    `Ranked by ${Object.entries(versions)
      .map(([part, version]) => `${part} \`${version}\``)
      .join(', ')}${versionCount > 1 ? `, rebuilt ${versionCount - 1} times meanwhile` : ''}.`,
    runLine(result),
  ].join('\n\n');
}

function comparison({ contenders }: RankingResult, others: readonly PublicFigures[]): string {
  const own = contenders.map((contender): PublicFigures & { isOwn: boolean } => ({
    name: contender.name,
    isOwn: true,
    ...Object.fromEntries(Object.entries(contender.metrics).map(([metric, { mean }]) => [metric, mean])),
    'coverage@10': contender['coverage@10'],
  }));
  const rows = [...own, ...others.map((figures) => ({ ...figures, isOwn: false }))]
    .sort((a, b) => (a[DECISIVE] ?? 0) - (b[DECISIVE] ?? 0))
    .map(({ isOwn, name, ...figures }) => [
      isOwn ? `**${name}**` : name,
      ...COMPARED.map((metric) => cell(figures[metric], metric === 'coverage@10' ? 2 : 4)),
    ]);
  return markdownTable(['contender', ...COMPARED], rows);
}

function cell(value: number | undefined, digits: number): string {
  return value === undefined ? '' : fraction(value, digits);
}

/** Who is ahead, and by how much. */
function verdictOf({ contenders }: RankingResult, others: readonly PublicFigures[]): string {
  const own = contenders.find(({ name }) => name === OWN)?.metrics[DECISIVE];
  if (own === undefined || others.length === 0) return 'Bold rows are this run.';
  const measured = others.flatMap((figures) => {
    const value = figures[DECISIVE];
    return value === undefined ? [] : [{ name: figures.name, value }];
  });
  const best = measured.reduce((a, b) => (b.value > a.value ? b : a));
  const ahead = measured.filter(({ value }) => value > own.high).length;
  const behind = measured.filter(({ value }) => value < own.low).length;
  const share = Math.round((own.mean / best.value) * 100);
  return [
    `Bold rows are this run; the others were measured with public Python packages under the same protocol.`,
    `By ${DECISIVE} Kindred ${ahead === 0 ? 'is behind none of them' : `**loses to ${ahead}** of the ${measured.length}`} and beats ${behind}; it reaches ${share} % of the best (${best.name}).`,
  ].join(' ');
}

function details({ contenders }: RankingResult): string {
  const metrics = Object.keys(contenders[0]?.metrics ?? {});
  const rows = contenders.flatMap((contender) => [
    ...metrics.map((metric) => {
      const { mean, low, high, standardError } = contender.metrics[metric]!;
      return [contender.name, metric, fraction(mean), `${fraction(low)} – ${fraction(high)}`, fraction(standardError)];
    }),
    [contender.name, 'coverage@10', fraction(contender['coverage@10']), '', ''],
    [contender.name, 'Gini@10', fraction(contender['gini@10']), '', ''],
  ]);
  return markdownTable(['contender', 'metric', 'mean', '95 % interval', 'standard error'], rows);
}
