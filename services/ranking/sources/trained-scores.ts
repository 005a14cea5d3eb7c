import { compareIds, type ItemId } from '@kindred/shared/id';
import {
  HISTORY_ITEMS_MAX,
  type HistoryItem,
  type ItemModel,
  RECENT_ITEMS,
  scoreItems,
  type UserScores,
  userScores,
} from '@kindred/shared/model/item-model';
import type { Ranker } from '@kindred/shared/model/ranker';
import type { CandidateSignals } from '@kindred/shared/model/ranking-features';
import { TopK } from '@kindred/shared/numeric/top-k';
import { type Engagement, engagementWeight, type HistoryEvent, MOST_ENGAGED } from '../profile/engagement.ts';
import type { Candidate } from './candidate.ts';
import { type Causes, causesOf } from './co-engagement.ts';
import type { ColdStart, Donor } from './donors.ts';

/** An artifact of the trainer, in memory. */
export interface TrainedCatalog {
  readonly version: number;
  /** Ids by number, rising. */
  readonly items: readonly ItemId[];
  readonly numbers: ReadonlyMap<ItemId, number>;
  readonly model: ItemModel;
  /** `undefined` where fusion orders as well. */
  readonly ranker: Ranker | undefined;
  readonly imputedShare: Float32Array;
  /** What an item that the artifact does not know is taken to be: typical. */
  readonly typical: { readonly positives: number; readonly seen: number };
}

/** What an artifact says of all items, for one user. */
export interface TrainedScores {
  readonly trained: TrainedCatalog;
  /** How many items that the artifact knows the user liked; at least 1. */
  readonly liked: number;
  best(of: 'collaborative' | 'content', count: number): readonly Candidate[];
  /** But for what is not the artifact's. */
  signalsOf(item: ItemId): Omit<CandidateSignals, 'coEngagement' | 'trending' | 'popular'>;
  causes(of: 'collaborative' | 'content', items: readonly ItemId[]): Causes;
}

/** What a hidden item counts: as the opposite of half a save. */
const HIDE_STRENGTH = -0.5;

/** @returns `undefined` where the artifact knows nothing that the user liked. Cost: O(items + entries of the history's rows). */
export function trainedScoresOf(
  trained: TrainedCatalog,
  coldStart: ColdStart,
  history: readonly HistoryEvent[],
  engagements: readonly Engagement[],
): TrainedScores | undefined {
  const known = historyItems(trained, history);
  const likedCount = known.reduce((count, { strength }) => (strength > 0 ? count + 1 : count), 0);
  if (likedCount === 0) return undefined;
  const { items, numbers, model, imputedShare, typical } = trained;
  const scores: UserScores = userScores(items.length);
  scoreItems(model, known, scores);
  const isKnown = new Uint8Array(items.length);
  for (const { number } of known) isKnown[number] = 1;
  const liked = engagements.map((engagement) => ({ ...engagement, weight: engagement.weight / MOST_ENGAGED }));
  return {
    trained,
    liked: likedCount,
    best: (of, count) => {
      const own = scores[of];
      const top = new TopK(count);
      for (let number = 0; number < own.length; number++) {
        if (own[number]! > 0 && isKnown[number] === 0) top.offer(number, own[number]!);
      }
      const best = Array.from(top.take(), (number): Candidate => {
        return { item: items[number]!, score: own[number]!, because: [] };
      });
      if (coldStart.donors.size === 0) return best;
      const fresh = [...coldStart.donors].map(([item, donors]): Candidate => {
        return { item, score: imputed(own, donors), because: [] };
      });
      return [...best, ...fresh.filter(({ score }) => score > 0)]
        .sort((a, b) => b.score - a.score || compareIds(a.item, b.item))
        .slice(0, count);
    },
    signalsOf: (item) => {
      const number = numbers.get(item);
      if (number === undefined) {
        const donors = coldStart.donors.get(item) ?? [];
        return {
          collaborative: imputed(scores.collaborative, donors),
          collaborativeMax: imputed(scores.collaborativeMax, donors),
          collaborativeRecent: imputed(scores.collaborativeRecent, donors),
          collaborativeSeen: imputed(scores.collaborativeSeen, donors),
          content: Math.max(0, imputed(scores.content, donors)),
          contentMax: imputed(scores.contentMax, donors),
          imputedShare: 1,
          ...typical,
        };
      }
      return {
        collaborative: scores.collaborative[number]!,
        collaborativeMax: scores.collaborativeMax[number]!,
        collaborativeRecent: scores.collaborativeRecent[number]!,
        collaborativeSeen: scores.collaborativeSeen[number]!,
        content: Math.max(0, scores.content[number]!),
        contentMax: scores.contentMax[number]!,
        imputedShare: imputedShare[number]!,
        positives: model.positives[number]!,
        seen: model.seen[number]!,
      };
    },
    causes: (of, wanted) => causesOf({ rows: model[of], numbers }, liked, wanted),
  };
}

function imputed(scores: Float32Array, donors: readonly Donor[]): number {
  return donors.reduce((sum, { number, weight }) => sum + weight * scores[number]!, 0);
}

/** The items of a history that the artifact knows, each once, as the trainer counts them; latest first. */
function historyItems({ numbers }: TrainedCatalog, history: readonly HistoryEvent[]): readonly HistoryItem[] {
  const strengths = new Map<number, number>();
  // What was only seen must not take the place of what was liked.
  const bySign = [
    ...history.filter(({ type }) => type !== 'impression'),
    ...history.filter(({ type }) => type === 'impression'),
  ];
  for (const { item, type, value } of bySign) {
    const number = numbers.get(item);
    if (number === undefined) continue;
    const strength = type === 'hide' ? HIDE_STRENGTH : engagementWeight(type, value) / MOST_ENGAGED;
    const before = strengths.get(number);
    if (before === undefined && strengths.size >= HISTORY_ITEMS_MAX) continue;
    if (before === undefined || strength < 0 || (before >= 0 && strength > before)) strengths.set(number, strength);
  }
  let likedCount = 0;
  return [...strengths].map(([number, strength]) => {
    if (strength > 0) likedCount++;
    return { number, strength, isRecent: strength > 0 && likedCount <= RECENT_ITEMS };
  });
}
