import type { ContenderResult, RankingResult } from '../ranking/result.ts';
import { UNTRAINED_ITEMS } from '../ranking/slice.ts';
import { markdownTable } from './markdown-table.ts';
import { fraction, milliseconds } from './numbers.ts';
import { PUBLIC_FIGURES, type PublicFigures } from './public-figures.ts';
import { goalsTable } from './ranking-goals.ts';
import { runLine } from './run-line.ts';
import { textBars } from './text-bars.ts';

const COMPARED = ['ndcg@10', 'ndcg@20', 'ndcg@100', 'recall@10', 'recall@20', 'coverage@10'] as const;
/** Metric that orders the list and that the verdict is about. */
const DECISIVE = 'ndcg@20';
const OWN = 'kindred';
const TITLES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [10, 20, 50, 100].flatMap((k) => [
      [`ndcg@${k}`, `nDCG@${k}`],
      [`mrr@${k}`, `MRR@${k}`],
    ]),
  ),
  'gini@10': 'Gini@10',
  'intra-list-diversity@10': 'diversity@10',
  'popularity-lift@10': 'lift@10',
};
/** Metrics of whole lists, with their digits behind the point. */
const LIST_METRICS = {
  'coverage@10': 2,
  'gini@10': 2,
  'intra-list-diversity@10': 3,
  'novelty@10': 2,
  'popularity-lift@10': 2,
} as const;

/** Renders one data set's ranking beside the figures of public packages. */
export function rankingSection(result: RankingResult): string {
  const { data, target, users, usersOfAll, catalogSize, contenders } = result;
  const isSample = users < usersOfAll;
  const others = target === 'test' ? (PUBLIC_FIGURES[data] ?? []) : [];
  const sections = [
    `### ${data}`,
    `${whole(users)} users${isSample ? ` (a hashed sample of ${whole(usersOfAll)})` : ''} and the full catalog of ${whole(catalogSize)} items, judged on ${targetOf(target)}; items that a user had in training are never ranked.`,
    goalsTable(result),
    comparison(contenders, others),
    verdictOf(contenders, others),
    bars(contenders, others),
    differences(result),
    lists(contenders),
    newItems(result),
    histories(result),
    everyMetric(contenders),
    versionsOf(contenders),
    parametersOf(contenders),
    runLine(result),
  ];
  return sections.filter((section) => section !== undefined).join('\n\n');
}

function targetOf(target: RankingResult['target']): string {
  return target === 'after the cut' ? 'their engagements after the cut' : `the ${target} rows`;
}

function comparison(contenders: readonly ContenderResult[], others: readonly PublicFigures[]): string {
  const rows = [
    ...contenders.map(({ name, metrics }) => ({ title: `**${name}**`, figures: metrics })),
    ...others.map(({ name, ...figures }) => ({ title: name, figures })),
  ]
    .map(({ title, figures }) => ({ title, values: COMPARED.map((metric) => Reflect.get(figures, metric)) }))
    .sort((a, b) => (a.values[1] ?? 0) - (b.values[1] ?? 0))
    .map(({ title, values }) => [
      title,
      ...values.map((value, place) => cell(value, COMPARED[place] === 'coverage@10' ? 2 : 4)),
    ]);
  return markdownTable(['contender', ...COMPARED.map(titleOf)], rows);
}

/** Verdict: the contender ahead, and its lead. */
function verdictOf(contenders: readonly ContenderResult[], others: readonly PublicFigures[]): string {
  const own = contenders.find(({ name }) => name === OWN);
  const value = own?.metrics[DECISIVE];
  const interval = own?.intervals[DECISIVE];
  if (value === undefined || interval === undefined || others.length === 0) return 'Bold rows are this run.';
  const measured = others.flatMap(({ name, [DECISIVE]: figure }) => (figure === undefined ? [] : [{ name, figure }]));
  const best = measured.reduce((a, b) => (b.figure > a.figure ? b : a));
  const ahead = measured.filter(({ figure }) => figure > interval[1]).length;
  const behind = measured.filter(({ figure }) => figure < interval[0]).length;
  const share = Math.round((value / best.figure) * 100);
  return [
    'Bold rows are this run; the others were measured with public Python packages under the same protocol.',
    `By nDCG@20 Kindred ${ahead === 0 ? 'is behind none of them' : `**loses to ${ahead}** of the ${measured.length}`} and beats ${behind}; it reaches ${share} % of the best (${best.name}).`,
  ].join(' ');
}

function bars(contenders: readonly ContenderResult[], others: readonly PublicFigures[]): string {
  const known = others.flatMap(({ name, [DECISIVE]: value }) => (value === undefined ? [] : [{ name, value }]));
  const own = contenders.map(({ name, metrics }) => ({ name: `${name} *`, value: metrics[DECISIVE]! }));
  const sorted = [...own, ...known].sort((a, b) => b.value - a.value);
  return `nDCG@20, this run with a star:\n\n${textBars(sorted.map((bar) => ({ ...bar, label: fraction(bar.value) })))}`;
}

/** Differences of our own contender minus each other one of the run. */
function differences({ differences: all }: RankingResult): string | undefined {
  if (all.length === 0) return undefined;
  const metrics = [DECISIVE, 'ndcg@100', 'recall@20'];
  const rows = all.map((difference) => [
    difference.baseline,
    ...metrics.map((metric) => {
      const [low, high] = difference.intervals[metric]!;
      return `${signed(difference.metrics[metric]!)} (${signed(low)} – ${signed(high)})`;
    }),
  ]);
  const worse = all.filter(({ intervals }) => intervals[DECISIVE]![1] < 0).map(({ baseline }) => baseline);
  const loss = worse.length === 0 ? '' : ` By nDCG@20 it **loses to ${worse.join(', ')}**.`;
  return `Kindred minus each other contender of the run, user by user, with 95 % intervals.${loss}\n\n${markdownTable(['minus', ...metrics.map(titleOf)], rows)}`;
}

function lists(contenders: readonly ContenderResult[]): string {
  const columns = Object.entries(LIST_METRICS);
  const rows = contenders.map(({ name, metrics, fitSeconds, userMsP50, userMsP99, memoryMiB }) => [
    name,
    ...columns.map(([metric, digits]) => cell(metrics[metric], digits)),
    fitSeconds.toFixed(1),
    `${milliseconds(userMsP50)} / ${milliseconds(userMsP99)}`,
    whole(memoryMiB),
  ]);
  const titles = ['contender', ...columns.map(([metric]) => titleOf(metric)), 'fit s', 'ms per user p50 / p99', 'MiB'];
  return [
    markdownTable(titles, rows),
    'Over the first ten items: coverage is the share of the catalog that anyone is shown; Gini is the inequality of exposure (0 is equal); diversity is 1 − cosine of embeddings, over pairs; novelty is surprise in bits; lift is popularity relative to the likes of the user. A list has up to 100 items and is made for one user at a time; MiB is the peak memory of the process, without the database and with the data of the benchmark itself.',
  ].join('\n\n');
}

function newItems({ contenders, sliceUsers }: RankingResult): string | undefined {
  const judged = contenders.filter(({ slices }) => slices['new-items'] !== undefined);
  if (judged.length === 0) return undefined;
  const cases = {
    'new-items': 'among themselves',
    'new-items-full-catalog': 'in the full catalog',
    'known-items': 'the others, new ones filtered out',
    'known-items-full-catalog': 'the others, beside the new ones',
  } as const;
  const metrics = ['recall@10', 'recall@20', DECISIVE] as const;
  const rows = judged.flatMap(({ name, slices, sliceIntervals }) =>
    Object.entries(cases).map(([slice, what]) => [
      `${name}: ${what}`,
      whole(sliceUsers[slice] ?? 0),
      ...metrics.map((metric) => cell(slices[slice]?.[metric], 4)),
      (sliceIntervals[slice]?.[DECISIVE] ?? []).map((bound) => fraction(bound)).join(' – '),
    ]),
  );
  const title =
    'New items, which have no row in training. In the last two rows of each contender the targets are all other items.';
  return `${title}\n\n${markdownTable(['new items', 'users', ...metrics.map(titleOf), '95 % interval'], rows)}`;
}

function histories({ contenders, sliceUsers }: RankingResult): string {
  const slices = Object.keys(sliceUsers).filter((name) => name.startsWith('history-') || name === UNTRAINED_ITEMS);
  const rows = slices.map((slice) => [
    slice === UNTRAINED_ITEMS
      ? 'any, for items without a training row'
      : slice.replace('history-', '').replace('-or-', ' or ').replace('-', ' – '),
    whole(sliceUsers[slice]!),
    ...contenders.map(({ slices: own }) => cell(own[slice]?.[DECISIVE], 4)),
  ]);
  return `nDCG@20 by the user's number of positives in training:\n\n${markdownTable(['positives', 'users', ...contenders.map(({ name }) => name)], rows)}`;
}

function everyMetric(contenders: readonly ContenderResult[]): string {
  const shown = contenders.find(({ name }) => name === OWN) ?? contenders[0]!;
  const rows = Object.entries(shown.intervals).map(([metric, [low, high]]) => [
    titleOf(metric),
    fraction(shown.metrics[metric]!),
    `${fraction(low)} – ${fraction(high)}`,
  ]);
  return `All metrics of ${shown.name}, with 95 % intervals by bootstrap over users:\n\n${markdownTable(['metric', 'mean', '95 % interval'], rows)}`;
}

function versionsOf(contenders: readonly ContenderResult[]): string | undefined {
  const { versions, versionCount = 1 } = contenders.find(({ name }) => name === OWN) ?? {};
  if (versions === undefined) return undefined;
  const named = Object.entries(versions).map(([part, version]) => `${part} \`${version}\``);
  return `Versions that ranked: ${named.join(', ')}${versionCount > 1 ? `, rebuilt ${versionCount - 1} times during the run` : ''}.`;
}

function parametersOf(contenders: readonly ContenderResult[]): string {
  const told = contenders.flatMap(({ name, parameters }) => {
    const settings = Object.entries(parameters).map(([key, value]) => `${key} ${value}`);
    return settings.length === 0 ? [] : [`${name}: ${settings.join(', ')}`];
  });
  return told.length === 0 ? 'Nothing was set.' : `Set, or chosen on held-out training rows: ${told.join('; ')}.`;
}

function titleOf(metric: string): string {
  return TITLES[metric] ?? metric;
}

function cell(value: number | undefined, digits: number): string {
  return value === undefined ? '' : fraction(value, digits);
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${fraction(Math.abs(value))}`;
}

function whole(count: number): string {
  return Math.round(count).toLocaleString('en');
}
