import type { ContenderResult, RankingResult } from '../ranking/result.ts';
import { markdownTable } from './markdown-table.ts';
import { fraction, percent, verdict } from './numbers.ts';

/** A figure that the ranking is meant to reach. */
interface Goal {
  readonly what: string;
  readonly contender: string;
  /** `undefined` for all users and items. */
  readonly slice?: string;
  readonly metric: string;
  /** Figure of the best public package with the same knowledge. */
  readonly best: number;
  readonly atLeast: number;
}

/** Goals by data set, on the test rows. */
const GOALS: Readonly<Record<string, readonly Goal[]>> = {
  goodbooks: [
    { what: 'nDCG@20', contender: 'kindred', metric: 'ndcg@20', best: 0.3105, atLeast: 0.322 },
    { what: 'recall@20', contender: 'kindred', metric: 'recall@20', best: 0.386, atLeast: 0.399 },
    { what: 'nDCG@100', contender: 'kindred', metric: 'ndcg@100', best: 0.3628, atLeast: 0.371 },
    {
      what: 'new items among themselves, recall@20',
      contender: 'kindred',
      slice: 'new-items',
      metric: 'recall@20',
      best: 0.4369,
      atLeast: 0.455,
    },
    {
      what: 'new items among themselves, nDCG@20',
      contender: 'kindred',
      slice: 'new-items',
      metric: 'ndcg@20',
      best: 0.3245,
      atLeast: 0.34,
    },
    {
      what: 'new items in the full catalog, recall@20',
      contender: 'kindred',
      slice: 'new-items-full-catalog',
      metric: 'recall@20',
      best: 0.1979,
      atLeast: 0.212,
    },
    { what: 'content only, nDCG@20', contender: 'content-only', metric: 'ndcg@20', best: 0.1949, atLeast: 0.205 },
  ],
  pinterest: [
    { what: 'nDCG@20', contender: 'kindred', metric: 'ndcg@20', best: 0.1123, atLeast: 0.118 },
    { what: 'recall@20', contender: 'kindred', metric: 'recall@20', best: 0.1557, atLeast: 0.164 },
  ],
  anime: [
    { what: 'nDCG@20', contender: 'kindred', metric: 'ndcg@20', best: 0.4954, atLeast: 0.505 },
    { what: 'recall@20', contender: 'kindred', metric: 'recall@20', best: 0.3901, atLeast: 0.397 },
  ],
  retail: [
    { what: 'nDCG@20', contender: 'kindred', metric: 'ndcg@20', best: 0.1025, atLeast: 0.13 },
    { what: 'recall@20', contender: 'kindred', metric: 'recall@20', best: 0.1182, atLeast: 0.139 },
  ],
  toys: [
    { what: 'nDCG@10', contender: 'kindred', metric: 'ndcg@10', best: 0.064, atLeast: 0.066 },
    { what: 'recall@10', contender: 'kindred', metric: 'recall@10', best: 0.1025, atLeast: 0.106 },
  ],
};

/** Share that the other items may lose to new ones in one list. */
const LOSS_MAX = 0.02;
const LOSS_METRICS = { 'nDCG@20': 'ndcg@20', 'recall@20': 'recall@20' } as const;
const TRAINING_SECONDS_MAX = 240;

/** Goals beside the figures reached; `undefined` without goals, or if other rows than the test were judged. */
export function goalsTable({ data, target, contenders }: RankingResult): string | undefined {
  const goals = GOALS[data];
  if (goals === undefined || target !== 'test') return undefined;
  const own = contenders.find(({ name }) => name === 'kindred');
  const rows = [
    ...goals.map((goal) => rowOf(goal, contenders)),
    ...(own === undefined ? [] : [...lossRows(own), trainingRow(own)]),
  ];
  return markdownTable(['goal', 'best public', 'to reach', 'reached', ''], rows);
}

function rowOf(goal: Goal, contenders: readonly ContenderResult[]): readonly string[] {
  const contender = contenders.find(({ name }) => name === goal.contender);
  const metrics = goal.slice === undefined ? contender?.metrics : contender?.slices[goal.slice];
  const value = metrics?.[goal.metric];
  const reached = value === undefined ? ['', 'not measured'] : [fraction(value), verdict(value >= goal.atLeast)];
  return [goal.what, fraction(goal.best), `≥ ${fraction(goal.atLeast)}`, ...reached];
}

function lossRows({ slices }: ContenderResult): readonly (readonly string[])[] {
  const [alone, beside] = [slices['known-items'], slices['known-items-full-catalog']];
  if (alone === undefined || beside === undefined) return [];
  return Object.entries(LOSS_METRICS).map(([name, metric]) => {
    const loss = 1 - beside[metric]! / alone[metric]!;
    return [
      `loss of the other items to new ones, ${name}`,
      '',
      `≤ ${percent(LOSS_MAX)}`,
      percent(loss),
      verdict(loss <= LOSS_MAX),
    ];
  });
}

function trainingRow({ fitSeconds }: ContenderResult): readonly string[] {
  const isMet = verdict(fitSeconds <= TRAINING_SECONDS_MAX);
  return [
    'training with selection and ranker',
    '',
    `≤ ${TRAINING_SECONDS_MAX} s`,
    `${Math.round(fitSeconds)} s`,
    isMet,
  ];
}
