import type { SourceName } from '@kindred/shared/model/candidate-sources';
import type { Neighbor, NeighborTarget } from '@kindred/shared/neighbor';
import type { Random } from '@kindred/shared/numeric/random';
import type { Engagement } from '../profile/engagement.ts';
import type { Interest } from '../profile/interest.ts';
import type { Candidate } from './candidate.ts';
import type { CoEngagement } from './co-engagement.ts';
import type { NonPersonalized } from './non-personalized.ts';
import type { TrainedScores } from './trained-scores.ts';

/** What is known of the user and the catalog when candidates are retrieved. */
export interface RetrievalContext {
  /** Latest first; empty for a user nobody knows. */
  readonly engagements: readonly Engagement[];
  readonly interests: readonly Interest[];
  readonly nonPersonalized: NonPersonalized;
  /** `undefined` until it is known what users engaged with together. */
  readonly together: CoEngagement | undefined;
  /** `undefined` without an artifact that knows something that the user liked. */
  readonly trained: TrainedScores | undefined;
  /** How many times deeper than usual a source looks that cannot ask for items of the filter alone; at least 1. */
  readonly depth: number;
  readonly nowMs: number;
  readonly random: Random;
}

export interface NeighborWish {
  readonly target: NeighborTarget;
  readonly k: number;
}

/** A way to find candidates. Pure: neighbors are asked for first, for all sources at once, and then given. */
export interface CandidateSource {
  readonly name: SourceName;
  /** Its weight in fusion for this user, at least 0; at 0 it is not asked. */
  weight(context: RetrievalContext): number;
  /** Draws on `context.random` here only. */
  wishes(context: RetrievalContext): readonly NeighborWish[];
  /**
   * @param neighbors  One list a wish, in their order; empty lists while the index is away.
   * @returns Best first, without repeats, ties by id. Seen and hidden items are left out later.
   */
  candidates(
    context: RetrievalContext,
    wishes: readonly NeighborWish[],
    neighbors: readonly (readonly Neighbor[])[],
  ): readonly Candidate[];
}

/** Whether trained weights order the candidates: then what tells them nothing, or nothing new, need not be looked up. */
export function isRankedByTraining({ trained }: RetrievalContext): boolean {
  return trained?.trained.ranker !== undefined;
}
