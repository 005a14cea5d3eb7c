import type { ItemFields } from '@kindred/shared/catalog';
import type { ItemId } from '@kindred/shared/id';
import { RANKED_SOURCES } from '@kindred/shared/model/candidate-sources';
import { HALF_LIFE_DAYS } from '@kindred/shared/model/decay';
import { writeParts } from '@kindred/shared/model/ranker';
import {
  type CandidateSignals,
  FEATURES,
  PARTS,
  TERM_COUNT,
  writeFeatures,
  writeTerms,
} from '@kindred/shared/model/ranking-features';
import { ndcgAt20 } from '@kindred/shared/model/ranking-metrics';
import { CO_ENGAGEMENT_KEPT, coEngagementRows } from '@kindred/shared/model/rp3beta';
import { seededRandom } from '@kindred/shared/numeric/random';
import { addRow, rowCountOf, type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { expect, test } from 'vitest';
import { onnxMatrixProduct } from '../adapters/onnx-matrix-product.ts';
import type { HeldOut } from '../evaluation/held-out.ts';
import { type JudgedUser, judgedUsers } from '../evaluation/judged-users.ts';
import { differenceOf, meanOf } from '../evaluation/paired-difference.ts';
import type { InteractionTimes } from '../history/interaction-times.ts';
import type { TrainingData } from '../history/training-data.ts';
import { fitCollaborative } from '../item-item/collaborative-fit.ts';
import { CandidateScorer, type DescribedCandidates } from '../ranker/candidate-scorer.ts';
import { decayedEngagement } from '../ranker/decayed-engagement.ts';
import { type Trained, train } from './train.ts';

const multiply = await onnxMatrixProduct(2);
const ITEMS = 120;
const USERS = 700;
const TASTES = 6;
/** Likes of a user, at most; the last of them are the test part. */
const LIKES_MAX = 16;
const DAYS = 300;

interface Kind {
  readonly isSkewed: boolean;
  readonly hasTimes: boolean;
}

/** What training sees of a catalog, and the test part, which it does not. */
interface Split {
  readonly data: TrainingData;
  /** Likes of each user after all that training sees of them. */
  readonly targets: SparseRows;
}

/** Users whose taste changes now and then; items are liked by taste and by popularity, some of them in one season only. */
function splitOf({ isSkewed, hasTimes }: Kind, seed: number): Split {
  const random = seededRandom(seed);
  const popularity = Array.from({ length: ITEMS }, (_, item) => (isSkewed ? 1 / (1 + Math.floor(item / TASTES)) : 1));
  const seasonOf = Array.from({ length: ITEMS }, () => (random() < 0.3 ? DAYS * random() : undefined));
  const rows = new SparseRowsBuilder(USERS);
  const targets = new SparseRowsBuilder(USERS);
  const ages: number[] = [];
  for (let user = 0; user < USERS; user++) {
    const count = 4 + Math.floor((LIKES_MAX - 3) * random());
    const days = Array.from({ length: count }, () => DAYS * random()).sort((a, b) => a - b);
    const liked = new Map<number, number>();
    let taste = user % TASTES;
    for (const day of days) {
      if (random() < 0.2) taste = Math.floor(TASTES * random());
      const odds = popularity.map((weight, item) => {
        if (liked.has(item)) return 0;
        const season = seasonOf[item];
        const inSeason = season === undefined || !hasTimes ? 1 : Math.exp(-Math.abs(day - season) / 30);
        return weight * inSeason * (item % TASTES === taste ? 1 : 0.03);
      });
      let left = random() * odds.reduce((sum, each) => sum + each, 0);
      let item = 0;
      for (; item + 1 < ITEMS && left >= odds[item]!; item++) left -= odds[item]!;
      liked.set(item, day);
    }
    const drawn = [...liked].map(([item, day]) => ({ item, day, key: hasTimes ? day : random() }));
    const last = new Set(drawn.toSorted((a, b) => b.key - a.key).slice(0, Math.ceil(0.2 * drawn.length)));
    for (const each of drawn.sort((a, b) => a.item - b.item)) {
      const isTarget = hasTimes ? each.day > 0.85 * DAYS : last.has(each);
      if (isTarget) targets.add(each.item, 1);
      else {
        rows.add(each.item, 1);
        ages.push(0.85 * DAYS - each.day);
      }
    }
    rows.endRow();
    targets.endRow();
  }
  const interactionTimes: InteractionTimes = {
    ages: Float64Array.from(ages),
    weights: new Float32Array(ages.length).fill(1),
    positions: new Float32Array(ages.length),
  };
  return {
    data: {
      items: Array.from({ length: ITEMS }, (_, item) => `i${String(item).padStart(3, '0')}` as ItemId),
      fields: Array.from({ length: ITEMS }, (_, item): ItemFields => ({ tags: [`kind ${item % 10}`] })),
      embeddings: undefined,
      strengths: rows.done(),
      interactionTimes: hasTimes ? interactionTimes : undefined,
    },
    targets: targets.done(),
  };
}

/** Candidates of the test part's users by a training of all that comes before. */
class Served {
  readonly users: readonly JudgedUser[];
  readonly #scorer: CandidateScorer;
  readonly #trained: Trained;

  constructor({ data, targets }: Split, trained: Trained) {
    const { strengths, interactionTimes } = data;
    const isMet = new Uint8Array(ITEMS);
    for (const item of strengths.columns) isMet[item] = 1;
    const isCut = trained.ranker?.takesTrends ?? false;
    const held: HeldOut = {
      kept: strengths,
      keptInteractionTimes: interactionTimes,
      isCut,
      masked: strengths,
      targets,
      isMet,
      hidden: new Uint8Array(ITEMS),
    };
    const popular = decayedEngagement(held, HALF_LIFE_DAYS.long);
    this.users = judgedUsers(held, USERS, 1);
    this.#trained = trained;
    this.#scorer = new CandidateScorer({
      model: trained.model,
      coEngagement: coEngagementRows(strengths, ITEMS, CO_ENGAGEMENT_KEPT),
      isMet,
      hidden: held.hidden,
      trending: decayedEngagement(held, HALF_LIFE_DAYS.short),
      popular,
      popularity: isCut ? popular : likesOf(strengths),
    });
  }

  /** nDCG@20 of each user by the order that is served, and by each source alone. */
  quality(): { readonly served: Float64Array; readonly alone: ReadonlyMap<string, Float64Array> } {
    const found = this.users.map((user) => this.#scorer.candidatesOf(user));
    const ofUsers = (orderOf: (candidates: DescribedCandidates, user: JudgedUser) => readonly number[]): Float64Array =>
      Float64Array.from(this.users, (user, u) => ndcgAt20(orderOf(found[u]!, user), user.targets));
    return {
      served: ofUsers(({ list, signals }, user) => ranked([...list.items], this.#scores(user, signals) ?? list.fused)),
      alone: new Map(RANKED_SOURCES.map((source) => [source, ofUsers(({ list }) => [...list.bestOf[source]])])),
    };
  }

  /** Scores by the ranker; `undefined` where fusion serves. */
  #scores({ likedCount }: JudgedUser, signals: readonly CandidateSignals[]): readonly number[] | undefined {
    const { ranker } = this.#trained;
    if (ranker === undefined) return undefined;
    const [terms, features] = [new Float32Array(TERM_COUNT), new Float32Array(FEATURES.length)];
    return signals.map((each) => {
      writeTerms(each, ranker.scales, terms, 0);
      writeFeatures(terms, 0, likedCount, ranker.knots, features, 0);
      return writeParts(ranker, features, new Float64Array(PARTS.length));
    });
  }
}

function ranked(items: readonly number[], scores: ArrayLike<number>): readonly number[] {
  return [...items.keys()]
    .sort((a, b) => scores[b]! - scores[a]! || items[a]! - items[b]!)
    .map((place) => items[place]!);
}

function likesOf({ columns }: SparseRows): Float32Array {
  const likes = new Float32Array(ITEMS);
  for (const item of columns) likes[item]!++;
  return likes;
}

/** nDCG@20 of each user by the sums of the rows of what they liked, over all items that they did not. */
function qualityOfRows(rows: SparseRows, users: readonly JudgedUser[]): Float64Array {
  return Float64Array.from(users, ({ history, masked, targets }) => {
    const scores = new Float32Array(ITEMS);
    for (const { number } of history) addRow(rows, number, 1, scores);
    const items = [...Array(ITEMS).keys()].filter((item) => !masked.has(item));
    return ndcgAt20(
      ranked(
        items,
        items.map((item) => scores[item]!),
      ),
      targets,
    );
  });
}

/** Rankings that anybody could serve without this trainer. */
async function baselines({ data }: Split, users: readonly JudgedUser[]): Promise<ReadonlyMap<string, Float64Array>> {
  const { strengths } = data;
  const likes = likesOf(strengths);
  const popular = Float64Array.from(users, ({ masked, targets }) => {
    const items = [...Array(ITEMS).keys()].filter((item) => !masked.has(item));
    return ndcgAt20(
      ranked(
        items,
        items.map((item) => likes[item]!),
      ),
      targets,
    );
  });
  const found = new Map([
    ['popular items', popular],
    ['RP3β', qualityOfRows(coEngagementRows(strengths, ITEMS, ITEMS), users)],
  ]);
  for (const lambda of [30, 120, 480]) {
    const plain = {
      contentWeight: 0,
      seenWeight: 0,
      userExponent: 0,
      dropout: 0,
      spectralWeight: 0,
      halfLifeDays: Number.POSITIVE_INFINITY,
    };
    const task = { strengths, ages: undefined, itemCount: ITEMS, kernel: undefined, parameters: { ...plain, lambda } };
    found.set(`EASE of λ ${lambda}`, qualityOfRows(await fitCollaborative(task, multiply), users));
  }
  return found;
}

test.each([
  { name: 'flat popularity, without times', isSkewed: false, hasTimes: false },
  { name: 'flat popularity, with times', isSkewed: false, hasTimes: true },
  { name: 'skewed popularity, without times', isSkewed: true, hasTimes: false },
  { name: 'skewed popularity, with times', isSkewed: true, hasTimes: true },
])(
  'what is served loses to no baseline by more than chance ($name)',
  async ({ isSkewed, hasTimes }) => {
    const split = splitOf({ isSkewed, hasTimes }, 91);
    expect(rowCountOf(split.targets)).toBe(USERS);
    const trained = await train(split.data, multiply, () => {});
    const candidates = new Served(split, trained);
    expect(candidates.users.length).toBeGreaterThan(USERS / 3);
    const { served, alone } = candidates.quality();
    const others = new Map([...(await baselines(split, candidates.users)), ...alone]);
    for (const [name, ofUsers] of others) {
      const { mean, error } = differenceOf(served, ofUsers);
      expect(mean, `${name}: ${meanOf(ofUsers)} against ${meanOf(served)}`).toBeGreaterThan(-2 * error - 1e-12);
    }
  },
  60_000,
);
