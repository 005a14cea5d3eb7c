import { compareIds, type ItemId } from '@kindred/shared/id';
import { HIDE_STRENGTH, strengthOf } from '@kindred/shared/model/engagement';
import {
  type ItemModel,
  type ModelSignals,
  modelSignals,
  scoreItems,
  topItems,
  type UserScores,
  userScores,
} from '@kindred/shared/model/item-model';
import type { Ranker } from '@kindred/shared/model/ranker';
import { userHistory } from '@kindred/shared/model/user-history';
import type { Engagement, HistoryEvent } from '../profile/engagement.ts';
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
  readonly imputedShare: Float32Array;
  /** Counts that stand for an item unknown to the artifact: those of a typical one. */
  readonly typical: { readonly positives: number; readonly seen: number };
}

/** A source whose scores come from the artifact. */
export type TrainedSourceName = 'collaborative' | 'content';

export interface TrainedScoresInput {
  readonly catalog: TrainedCatalog;
  readonly coldStart: ColdStart;
  /** Latest first. */
  readonly history: readonly HistoryEvent[];
  readonly engagements: readonly Engagement[];
}

/** Scores of all items for one user, by an artifact. */
export class TrainedScores {
  readonly catalog: TrainedCatalog;
  /** Number of items known to the artifact that the user liked; at least 1. */
  readonly likedCount: number;
  readonly #coldStart: ColdStart;
  readonly #engagements: readonly Engagement[];
  readonly #scores: UserScores;
  /** 1 for items of the history. */
  readonly #isKnown: Uint8Array;
  /** Donors of the cold-start items outside the history. */
  readonly #coldCandidates: readonly (readonly [ItemId, readonly Donor[]])[];

  /**
   * @returns `undefined` if the artifact knows nothing that the user liked.
   * Cost: O(items + entries of the history's rows).
   */
  static of({ catalog, coldStart, history, engagements }: TrainedScoresInput): TrainedScores | undefined {
    const interactions = history.flatMap(({ item, type, value }) => {
      const number = catalog.numbers.get(item);
      if (number === undefined) return [];
      return [{ number, strength: type === 'hide' ? HIDE_STRENGTH : strengthOf(type, value) }];
    });
    const known = userHistory(interactions, catalog.ranker?.takesTime ?? true);
    const likedCount = known.filter(({ strength }) => strength > 0).length;
    if (likedCount === 0) return undefined;
    const scores = userScores(catalog.items.length);
    scoreItems(catalog.model, known, scores);
    const isKnown = new Uint8Array(catalog.items.length);
    for (const { number } of known) isKnown[number] = 1;
    const inHistory = new Set(history.map(({ item }) => item));
    const coldCandidates = [...coldStart.donors].filter(([item]) => !inHistory.has(item));
    return new TrainedScores({ catalog, likedCount, coldStart, coldCandidates, engagements, scores, isKnown });
  }

  private constructor(parts: {
    readonly catalog: TrainedCatalog;
    readonly likedCount: number;
    readonly coldStart: ColdStart;
    readonly coldCandidates: readonly (readonly [ItemId, readonly Donor[]])[];
    readonly engagements: readonly Engagement[];
    readonly scores: UserScores;
    readonly isKnown: Uint8Array;
  }) {
    this.catalog = parts.catalog;
    this.likedCount = parts.likedCount;
    this.#coldStart = parts.coldStart;
    this.#coldCandidates = parts.coldCandidates;
    this.#engagements = parts.engagements;
    this.#scores = parts.scores;
    this.#isKnown = parts.isKnown;
  }

  /** @returns At most `count` items outside the history, best first, ties by id. Cost: O(items). */
  best(source: TrainedSourceName, count: number): readonly Candidate[] {
    const { items } = this.catalog;
    const scores = this.#scores[source];
    const top = topItems(scores, count, (item) => this.#isKnown[item] === 0);
    const warm = Array.from(top, (number): Candidate => ({ item: items[number]!, sourceScore: scores[number]! }));
    if (this.#coldCandidates.length === 0) return warm;
    const cold = this.#coldCandidates
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
      imputedShare: 1,
      positives: typical.positives,
      seen: typical.seen,
    };
  }

  causes(source: TrainedSourceName, items: readonly ItemId[]): Causes {
    const { model, numbers } = this.catalog;
    return rowCauses({ rows: model[source], numbers }, this.#engagements, items);
  }
}

function imputed(scores: Float32Array, donors: readonly Donor[]): number {
  return donors.reduce((sum, { number, weight }) => sum + weight * scores[number]!, 0);
}
