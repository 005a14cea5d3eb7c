import type { ContenderResult, RankingResult } from '../ranking/result.ts';
import { markdownTable } from './markdown-table.ts';
import { fraction } from './numbers.ts';
import { PUBLIC_FIGURES } from './public-figures.ts';

const OWN = 'kindred';
/** Orders of Kindred's own that are no public method. */
const OWN_ORDERS: readonly string[] = [OWN, 'reciprocal-rank-fusion'];
const METRICS = { 'nDCG@20': 'ndcg@20', 'recall@20': 'recall@20' } as const;

/** Best figure of a public method, measured elsewhere on the same rows or by a contender of the run. */
interface Best {
  readonly name: string;
  readonly value: number;
}

/**
 * One table of all data sets: each contender relative to the best public method of that set, losses of Kindred in bold.
 * @returns `undefined` without a result on test rows.
 */
export function rankingOverview(results: readonly RankingResult[]): string | undefined {
  const shown = results.filter(({ target }) => target === 'test').toSorted((a, b) => (a.data < b.data ? -1 : 1));
  if (shown.length === 0) return undefined;
  const names = [...new Set(shown.flatMap(({ contenders }) => contenders.map(({ name }) => name)))];
  const others = names.filter((name) => name !== OWN);
  const tables = Object.entries(METRICS).map(([title, metric]) =>
    markdownTable(
      ['data', 'users', `best public ${title}`, OWN, `${OWN} / best`, ...others],
      shown.map((result) => rowOf(result, metric, others)),
    ),
  );
  return `${tables.join('\n\n')}\n\nEach other contender as a share of the best public method: the best of the public figures below and of this repository's own runs of public methods. Figures of Kindred below it are **bold**.`;
}

function rowOf(
  { data, users, contenders }: RankingResult,
  metric: (typeof METRICS)[keyof typeof METRICS],
  others: readonly string[],
): readonly string[] {
  const best = bestOf(data, contenders, metric);
  const figureOf = (name: string): number | undefined => contenders.find((each) => each.name === name)?.metrics[metric];
  const own = figureOf(OWN);
  const share = (value: number | undefined): string =>
    value === undefined || best === undefined ? '' : `${((100 * value) / best.value).toFixed(1)} %`;
  const isBehind = own !== undefined && best !== undefined && own < best.value;
  const marked = (text: string): string => (isBehind ? `**${text}**` : text);
  return [
    data,
    users.toLocaleString('en'),
    best === undefined ? '' : `${fraction(best.value)} (${best.name})`,
    own === undefined ? '' : marked(fraction(own)),
    marked(share(own)),
    ...others.map((name) => share(figureOf(name))),
  ];
}

function bestOf(
  data: string,
  contenders: readonly ContenderResult[],
  metric: 'ndcg@20' | 'recall@20',
): Best | undefined {
  const elsewhere = (PUBLIC_FIGURES[data] ?? []).map(({ name, [metric]: value }) => ({ name, value }));
  const here = contenders
    .filter(({ name }) => !OWN_ORDERS.includes(name))
    .map(({ name, metrics }) => ({ name, value: metrics[metric] }));
  const known = [...elsewhere, ...here].flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value }]));
  return known.toSorted((a, b) => b.value - a.value)[0];
}
