import type { CatalogId, ItemId } from '@kindred/shared/id';
import type { Neighbor, NeighborAnswer, NeighborSource } from '@kindred/shared/neighbor';
import { seededRandom } from '@kindred/shared/numeric/random';
import type { Log } from '@kindred/shared/platform/log';
import type { CatalogState } from '../catalog-state/catalog-states.ts';
import { ALL_SOURCES } from '../sources/all-sources.ts';
import type { Candidate } from '../sources/candidate.ts';
import type { CandidateSource, RetrievalContext, SourceAnswer, SourceQuery } from '../sources/candidate-source.ts';
import { CoEngagementScores } from '../sources/co-engagement.ts';
import type { ColdStart } from '../sources/donors.ts';
import { TrainedScores } from '../sources/trained-scores.ts';
import type { Profile } from './profile.ts';
import type { Query } from './query.ts';
import type { RecommendRequest } from './slate.ts';

/** The candidates of one source, with everything needed to name their causes later. */
export interface Retrieval {
  readonly source: CandidateSource;
  /** Weight in reciprocal rank fusion, greater than 0. */
  readonly weight: number;
  readonly answers: readonly SourceAnswer[];
  /** Best first. */
  readonly candidates: readonly Candidate[];
}

export interface Retrieved {
  readonly context: RetrievalContext;
  /** In the order of `ALL_SOURCES`. */
  readonly retrievals: readonly Retrieval[];
  /** Version of the index that answered; `none` if it was not asked or is unavailable. */
  readonly indexVersion: string;
  /** True if the index was asked and is unavailable. */
  readonly isIndexMissing: boolean;
}

export interface RetrieveOptions {
  readonly neighbors: NeighborSource;
  readonly log: Log;
}

/** A filter keeps few of the candidates that are found without it. */
const FILTERED_DEPTH_FACTOR = 10;

/** Asks every source that has a weight for this user; all their queries go to the index in one round trip. */
export async function retrieve(
  { request, state, position }: Pick<Query, 'request' | 'state' | 'position'>,
  { catalog, profile, coldStart }: { catalog: CatalogId; profile: Profile; coldStart: ColdStart },
  { neighbors, log }: RetrieveOptions,
): Promise<Retrieved> {
  const context = contextOf(request, state, profile, coldStart);
  const asked = ALL_SOURCES.map((source) => ({ source, weight: source.weight(context) }))
    .filter(({ weight }) => weight > 0)
    .map((entry) => ({ ...entry, queries: entry.source.queries(context) }));
  const queries = asked.flatMap((entry) => entry.queries);
  const answer = await ask(queries, request).catch((error) => {
    log.warn({ err: error }, 'neighbors are unavailable');
    return undefined;
  });
  const found = new Map(queries.map((query, place) => [query, answer?.neighbors[place] ?? []]));
  return {
    context,
    retrievals: asked.map(({ source, weight, queries: own }) => {
      const answers = own.map((query) => ({ ...query, neighbors: found.get(query) ?? [] }));
      return { source, weight, answers, candidates: source.candidates(context, answers) };
    }),
    indexVersion: answer?.version ?? 'none',
    isIndexMissing: answer === undefined,
  };

  async function ask(
    own: readonly SourceQuery[],
    { filter }: RecommendRequest,
  ): Promise<Pick<NeighborAnswer, 'version'> & { readonly neighbors: readonly (readonly Neighbor[])[] }> {
    if (own.length === 0) return { version: 'none', neighbors: [] };
    const targets = own.map(({ item, k }) => ({ target: { item }, k, ...(filter && { filter }) }));
    return neighbors.neighbors(catalog, targets, position);
  }
}

function contextOf(
  request: RecommendRequest,
  { graph, trained, nonPersonalized }: CatalogState,
  { history, engagements, interests }: Profile,
  coldStart: ColdStart,
): RetrievalContext {
  return {
    engagements,
    excluded: excludedOf(history, request.includeSeen),
    interests,
    nonPersonalized,
    coEngagement: graph && new CoEngagementScores(graph, engagements),
    trained: trained && TrainedScores.of({ catalog: trained, coldStart, history }),
    depthFactor: request.filter === undefined ? 1 : FILTERED_DEPTH_FACTOR,
    nowMs: request.atMs,
    random: seededRandom(request.seed),
  };
}

/**
 * Items that no personal source proposes. Seen ones compete by their scores where they may appear, although the training
 * ranked unseen items only: how far the two compare is not learned.
 */
function excludedOf(history: Profile['history'], includeSeen: boolean): ReadonlySet<ItemId> {
  const excluded = includeSeen ? history.filter(({ type }) => type === 'hide') : history;
  return new Set(excluded.map(({ item }) => item));
}
