import type { ItemId } from '@kindred/shared/id';
import type { SourceName } from '@kindred/shared/model/candidate-sources';
import type { Neighbor } from '@kindred/shared/neighbor';
import type { Random } from '@kindred/shared/numeric/random';
import type { Engagement } from '../profile/engagement.ts';
import type { Interest } from '../profile/interest.ts';
import type { Candidate, Causes } from './candidate.ts';
import type { CoEngagementScores } from './co-engagement.ts';
import type { NonPersonalized } from './non-personalized.ts';
import type { TrainedScores } from './trained-scores.ts';

/** Everything a source may know about the user and the catalog. */
export interface RetrievalContext {
  /** Latest first; empty for a cold-start user. */
  readonly engagements: readonly Engagement[];
  /** Items that no personal source proposes: the user's history, or only the hidden ones of it if seen items may appear. */
  readonly excluded: ReadonlySet<ItemId>;
  readonly interests: readonly Interest[];
  readonly nonPersonalized: NonPersonalized;
  /** `undefined` until the catalog's co-engagement is computed. */
  readonly coEngagement: CoEngagementScores | undefined;
  /** `undefined` without an artifact, or if it knows nothing that the user liked. */
  readonly trained: TrainedScores | undefined;
  /** Factor, at least 1, by which a source that cannot apply the filter itself looks deeper. */
  readonly depthFactor: number;
  readonly nowMs: number;
  readonly random: Random;
}

/** A question of a source to the index: the neighbors of an item of the catalog. */
export interface SourceQuery {
  readonly item: ItemId;
  readonly k: number;
}

export interface SourceAnswer extends SourceQuery {
  /** By falling similarity; empty while the index is unavailable. */
  readonly neighbors: readonly Neighbor[];
}

/**
 * A way to find candidates. Pure: its queries are asked first, together with those of all other sources, and their answers
 * are handed to it.
 */
export interface CandidateSource {
  readonly name: SourceName;
  /** Weight in reciprocal rank fusion for this user, at least 0; a source of weight 0 is not asked. */
  weight(context: RetrievalContext): number;
  /** The only place where a source may draw on `context.random`. */
  queries(context: RetrievalContext): readonly SourceQuery[];
  /** @returns Best first, without repeats, ties by id. Seen and hidden items may be among them. */
  candidates(context: RetrievalContext, answers: readonly SourceAnswer[]): readonly Candidate[];
  /** Items of the user's history that led this source to the given items. Called for the items of a slate only. */
  causes(context: RetrievalContext, answers: readonly SourceAnswer[], items: readonly ItemId[]): Causes;
}

/** True if the trained ranker orders the candidates: then only the sources that it was trained on are asked. */
export function isRankedByTraining({ trained }: RetrievalContext): boolean {
  return trained?.catalog.ranker !== undefined;
}
