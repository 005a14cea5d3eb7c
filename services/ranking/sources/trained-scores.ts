import { compareIds, type ItemId } from '@kindred/shared/id';
import { DAY_MS } from '@kindred/shared/model/decay';
import { HIDE_STRENGTH, strengthOf } from '@kindred/shared/model/engagement';
import {
  type HistoryItem,
  historyDecay,
  type ItemModel,
  type ModelSignals,
  modelSignals,
  scoreItems,
  TRANSITION_DECAY,
  TRANSITION_STEPS,
  topItems,
  type UserScores,
  userScores,
} from '@kindred/shared/model/item-model';
import type { Ranker } from '@kindred/shared/model/ranker';
import { userHistory } from '@kindred/shared/model/user-history';
import type { HistoryEvent } from '../profile/engagement.ts';
import type { Candidate, Causes } from './candidate.ts';
import { rowCauses } from './co-engagement.ts';
import type { ColdStart, Donor } from './donors.ts';

/** An artifact of the trainer, in memory. */
export interface TrainedCatalog {
  readonly version: number;
  /** Ids by number, rising. */
  readonly items: readonly ItemId[];
  readonly numbers: ReadonlyMap<ItemId, number>;
  readonly model: ItemModel;
  /** `undefined` if fusion orders as well. */
  readonly ranker: Ranker | undefined;
  /** As `Artifact` has it. */
  readonly repeatShare: number;
  readonly imputedShare: Float32Array;
  /** Counts that stand for an item unknown to the artifact: those of a typical one. */
  readonly typical: { readonly positives: number; readonly seen: number };
}

/** A source whose scores come from the artifact. */
export type TrainedSourceName = 'collaborative' | 'content' | 'transitions';

export interface TrainedScoresInput {
  readonly catalog: TrainedCatalog;
  readonly coldStart: ColdStart;
  /** Latest first. */
  readonly history: readonly HistoryEvent[];
}

/** Scores of all items for one user, by an artifact. */
export class TrainedScores {
  readonly catalog: TrainedCatalog;
  /** Number of items known to the artifact that the user liked; at least 1. */
  readonly likedCount: number;
  readonly #coldStart: ColdStart;
  readonly #history: readonly HistoryItem[];
  readonly #scores: UserScores;

  /**
   * @returns `undefined` if the artifact knows nothing that the user liked.
   * Cost: O(items + entries of the history's rows).
   */
  static of({ catalog, coldStart, history }: TrainedScoresInput): TrainedScores | undefined {
    const interactions = history.flatMap(({ item, type, value, atMs }) => {
      const number = catalog.numbers.get(item);
      if (number === undefined) return [];
      const strength = type === 'hide' ? HIDE_STRENGTH : strengthOf(type, value);
      return [{ number, strength, ageDays: -atMs / DAY_MS }];
    });
    const known = userHistory(interactions, catalog.ranker?.takesOrder ?? true);
    const likedCount = known.filter(({ strength }) => strength > 0).length;
    if (likedCount === 0) return undefined;
    const scores = userScores(catalog.items.length);
    scoreItems(catalog.model, known, scores);
    return new TrainedScores({ catalog, likedCount, coldStart, history: known, scores });
  }

  private constructor(parts: {
    readonly catalog: TrainedCatalog;
    readonly likedCount: number;
    readonly coldStart: ColdStart;
    readonly history: readonly HistoryItem[];
    readonly scores: UserScores;
  }) {
    this.catalog = parts.catalog;
    this.likedCount = parts.likedCount;
    this.#coldStart = parts.coldStart;
    this.#history = parts.history;
    this.#scores = parts.scores;
  }

  /** @returns At most `count` items outside `excluded`, best first, ties by id. Cost: O(items). */
  best(source: TrainedSourceName, count: number, excluded: ReadonlySet<ItemId>): readonly Candidate[] {
    const { items, numbers } = this.catalog;
    const scores = this.#scores[source];
    const isExcluded = new Uint8Array(items.length);
    for (const item of excluded) isExcluded[numbers.get(item) ?? -1] = 1;
    const top = topItems(scores, count, (item) => isExcluded[item] === 0);
    const warm = Array.from(top, (number): Candidate => ({ item: items[number]!, sourceScore: scores[number]! }));
    if (this.#coldStart.donors.size === 0) return warm;
    const cold = [...this.#coldStart.donors]
      .filter(([item]) => !excluded.has(item))
      .map(([item, donors]): Candidate => ({ item, sourceScore: imputed(scores, donors) }))
      .filter(({ sourceScore }) => sourceScore > 0);
    return [...warm, ...cold]
      .sort((a, b) => b.sourceScore - a.sourceScore || compareIds(a.item, b.item))
      .slice(0, count);
  }

  /** Signals of an item; those of a cold-start item are imputed from its donors. */
  signalsOf(item: ItemId): ModelSignals {
    const { numbers, model, imputedShare, typical } = this.catalog;
    const number = numbers.get(item);
    if (number !== undefined) return modelSignals(model, imputedShare, this.#scores, number);
    const scores = this.#scores;
    const donors = this.#coldStart.donors.get(item) ?? [];
    return {
      collaborative: imputed(scores.collaborative, donors),
      collaborativeMax: imputed(scores.collaborativeMax, donors),
      collaborativeRecent: imputed(scores.collaborativeRecent, donors),
      collaborativeSeen: imputed(scores.collaborativeSeen, donors),
      content: Math.max(0, imputed(scores.content, donors)),
      contentMax: imputed(scores.contentMax, donors),
      transitions: 0,
      transitionsLast: 0,
      imputedShare: 1,
      positives: typical.positives,
      seen: typical.seen,
    };
  }

  /** The liked items of the history, with the weights by which they count in the scores of a source. */
  #weighed(source: TrainedSourceName): readonly { readonly item: ItemId; readonly weight: number }[] {
    return this.#history
      .filter(({ strength }) => strength > 0)
      .map((liked) => ({
        item: this.catalog.items[liked.number]!,
        weight: liked.strength * shareOf(source, liked, this.catalog),
      }));
  }

  causes(source: TrainedSourceName, items: readonly ItemId[]): Causes {
    const { model, numbers } = this.catalog;
    return rowCauses({ rows: model[source], numbers }, this.#weighed(source), items);
  }
}

/** Share of its strength by which an item of a history counts in the scores of a source. */
function shareOf(
  source: TrainedSourceName,
  { daysBefore, stepsBefore }: HistoryItem,
  { model }: TrainedCatalog,
): number {
  switch (source) {
    case 'collaborative':
      return historyDecay(daysBefore, model.historyHalfLifeDays);
    case 'transitions':
      return stepsBefore < TRANSITION_STEPS ? TRANSITION_DECAY ** stepsBefore : 0;
    case 'content':
      return 1;
    default:
      return source satisfies never;
  }
}

function imputed(scores: Float32Array, donors: readonly Donor[]): number {
  return donors.reduce((sum, { number, weight }) => sum + weight * scores[number]!, 0);
}
