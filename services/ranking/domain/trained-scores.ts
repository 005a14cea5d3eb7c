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
import { Largest } from '@kindred/shared/numeric/top-k';
import type { Candidate } from './candidate.ts';
import { type Causes, causesOf } from './co-engagement.ts';
import { type Engagement, engagementWeight, type HistoryEvent, MOST_ENGAGED } from './engagement.ts';
import type { Lender, Newcomers } from './newcomers.ts';

/** An artefact of the trainer, in memory. */
export interface TrainedCatalog {
  readonly version: number;
  /** Ids by number, rising. */
  readonly items: readonly ItemId[];
  readonly numbers: ReadonlyMap<ItemId, number>;
  readonly model: ItemModel;
  /** `undefined` where fusion orders as well. */
  readonly ranker: Ranker | undefined;
  readonly borrowedShare: Float32Array;
  /** What an item that the artefact does not know is taken to be: typical. */
  readonly typical: { readonly positives: number; readonly seen: number };
}

/** What an artefact says of all items, for one user. */
export interface TrainedScores {
  readonly trained: TrainedCatalog;
  /** How many items that the artefact knows the user liked; at least 1. */
  readonly liked: number;
  best(of: 'collaborative' | 'content', count: number): readonly Candidate[];
  /** But for what is not the artefact's. */
  signalsOf(item: ItemId): Omit<CandidateSignals, 'coEngagement' | 'trending' | 'popular'>;
  causes(of: 'collaborative' | 'content', items: readonly ItemId[]): Causes;
}

/** What a hidden item counts: as the opposite of half a save. */
const HIDE_STRENGTH = -0.5;

/** @returns `undefined` where the artefact knows nothing that the user liked. Cost: O(items + entries of the history's rows). */
export function trainedScoresOf(
  trained: TrainedCatalog,
  newcomers: Newcomers,
  history: readonly HistoryEvent[],
  engagements: readonly Engagement[],
): TrainedScores | undefined {
  const known = historyItems(trained, history);
  const likedCount = known.reduce((count, { strength }) => (strength > 0 ? count + 1 : count), 0);
  if (likedCount === 0) return undefined;
  const { items, numbers, model, borrowedShare, typical } = trained;
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
      const largest = new Largest(count);
      for (let number = 0; number < own.length; number++) {
        if (own[number]! > 0 && isKnown[number] === 0) largest.offer(number, own[number]!);
      }
      const best = Array.from(largest.take(), (number): Candidate => {
        return { item: items[number]!, score: own[number]!, because: [] };
      });
      if (newcomers.lenders.size === 0) return best;
      const fresh = [...newcomers.lenders].map(([item, lenders]): Candidate => {
        return { item, score: borrowed(own, lenders), because: [] };
      });
      return [...best, ...fresh.filter(({ score }) => score > 0)]
        .sort((a, b) => b.score - a.score || compareIds(a.item, b.item))
        .slice(0, count);
    },
    signalsOf: (item) => {
      const number = numbers.get(item);
      if (number === undefined) {
        const lenders = newcomers.lenders.get(item) ?? [];
        return {
          collaborative: borrowed(scores.collaborative, lenders),
          collaborativeMax: borrowed(scores.collaborativeMax, lenders),
          collaborativeRecent: borrowed(scores.collaborativeRecent, lenders),
          collaborativeSeen: borrowed(scores.collaborativeSeen, lenders),
          content: Math.max(0, borrowed(scores.content, lenders)),
          contentMax: borrowed(scores.contentMax, lenders),
          borrowedShare: 1,
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
        borrowedShare: borrowedShare[number]!,
        positives: model.positives[number]!,
        seen: model.seen[number]!,
      };
    },
    causes: (of, wanted) => causesOf({ rows: model[of], numbers }, liked, wanted),
  };
}

function borrowed(scores: Float32Array, lenders: readonly Lender[]): number {
  return lenders.reduce((sum, { number, weight }) => sum + weight * scores[number]!, 0);
}

/** The items of a history that the artefact knows, each once, as the trainer counts them; latest first. */
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
