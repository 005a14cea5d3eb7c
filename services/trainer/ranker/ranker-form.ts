import { RANKED_SOURCES, type RankedSourceName } from '@kindred/shared/model/candidate-sources';
import { FEATURES } from '@kindred/shared/model/ranking-features';
import { ndcgAt20 } from '@kindred/shared/model/ranking-metrics';
import type { JudgedUser } from '../evaluation/judged-users.ts';
import { differenceOf, meanOf } from '../evaluation/paired-difference.ts';
import { hashOf } from '../evaluation/seeded-hash.ts';
import type { CandidateList } from './candidate-scorer.ts';
import { fitListNet, type Lists, scoresOf } from './listnet.ts';

/** Quality of every way to order the same candidates, as nDCG@20 on users that its weights did not see. */
export interface Judged {
  /** The way that is taken: a source alone, or `plain` or `all` signals together. */
  readonly form: RankerFormName;
  readonly users: number;
  /** Of the way that is taken. */
  readonly ranker: number;
  readonly fusion: number;
  readonly bySource: ReadonlyMap<RankedSourceName, number>;
}

export type RankerFormName = RankedSourceName | 'plain' | 'all';

/** A choice of the features that have a weight. */
interface Form {
  readonly name: RankerFormName;
  readonly isFree: readonly boolean[];
}

/** Users in the order of `candidates` and `lists`. */
interface FormInput {
  readonly users: readonly JudgedUser[];
  readonly candidates: readonly CandidateList[];
  readonly lists: Lists;
  readonly hasTrends: boolean;
}

interface JudgedForm extends Form {
  /** nDCG@20 of each user. */
  readonly ofUsers: Float64Array;
}

/** The one feature that orders candidates as each source does. @param hasTrends  `isCut` of `HeldOut`. */
function featureOf(source: RankedSourceName, hasTrends: boolean): string {
  const names: Readonly<Record<RankedSourceName, string>> = {
    collaborative: 'log collaborative',
    content: 'log content',
    transitions: 'log transitions',
    'co-engagement': 'log co-engagement',
    trending: 'log trending',
    popular: hasTrends ? 'log decayed popularity' : 'log positives',
  };
  return names[source];
}
const SEVERAL: readonly Form[] = [
  { name: 'plain', isFree: FEATURES.map(({ isFine }) => !isFine) },
  { name: 'all', isFree: FEATURES.map(() => true) },
];

/**
 * Chooses the features that have a weight: those of the best source alone, unless several together order better by more
 * than chance. So the ranker serves no worse than its best source, and thin data leave it at that.
 * @param hasTrends  `isCut` of `HeldOut`.
 * @returns The form's features, and the quality of each way. Cost: four fits of ListNet.
 */
export function chooseForm(
  { users, candidates, lists, hasTrends }: FormInput,
  seed: number,
): { readonly isFree: readonly boolean[]; readonly judged: Judged } {
  const judge = (scoresFor: (u: number) => ArrayLike<number>): Float64Array => ndcgs(users, candidates, scoresFor);
  const judgedForm = (form: Form): JudgedForm => {
    const scores = halfwise(users, lists, form.isFree, seed);
    return { ...form, ofUsers: judge((u) => scores[u]!) };
  };
  const alone = RANKED_SOURCES.map((name) => ({
    name,
    isFree: FEATURES.map((feature) => feature.name === featureOf(name, hasTrends)),
    ofUsers: Float64Array.from(users, ({ targets }, u) => ndcgAt20([...candidates[u]!.bestOf[name]], targets)),
  }));
  let best: JudgedForm = alone.reduce((a, b) => (meanOf(b.ofUsers) > meanOf(a.ofUsers) ? b : a));
  for (const form of SEVERAL.map(judgedForm)) {
    const { mean, error } = differenceOf(form.ofUsers, best.ofUsers);
    if (mean > error) best = form;
  }
  return {
    isFree: best.isFree,
    judged: {
      form: best.name,
      users: users.length,
      ranker: meanOf(best.ofUsers),
      fusion: meanOf(judge((u) => candidates[u]!.fused)),
      bySource: new Map(alone.map(({ name, ofUsers }) => [name, meanOf(ofUsers)])),
    },
  };
}

/** Scores of every user's candidates by weights that were fitted on the other half of the users. */
function halfwise(
  users: readonly JudgedUser[],
  lists: Lists,
  isFree: readonly boolean[],
  seed: number,
): readonly Float64Array[] {
  const scores: Float64Array[] = [];
  const isFirst = (u: number): boolean => hashOf(seed, users[u]!.user, 1) < 0.5;
  const all = [...users.keys()];
  const halves = [all.filter(isFirst), all.filter((u) => !isFirst(u))];
  for (const [half, seen] of halves.entries()) {
    const weights = fitListNet(lists, seen, isFree);
    for (const u of halves[1 - half]!) scores[u] = scoresOf(lists, weights, u);
  }
  return scores;
}

/** nDCG@20 of each user's targets among their candidates that are not masked. */
function ndcgs(
  users: readonly JudgedUser[],
  candidates: readonly CandidateList[],
  scoresFor: (u: number) => ArrayLike<number>,
): Float64Array {
  return Float64Array.from(users, ({ masked, targets }, u) => {
    const unmet = ordered(candidates[u]!.items, scoresFor(u)).filter((item) => !masked.has(item));
    return ndcgAt20(unmet, targets);
  });
}

/** By falling score, ties to the smaller number. */
function ordered(items: Int32Array, scores: ArrayLike<number>): readonly number[] {
  return [...items.keys()]
    .sort((a, b) => scores[b]! - scores[a]! || items[a]! - items[b]!)
    .map((place) => items[place]!);
}
