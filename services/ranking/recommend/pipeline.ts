import { createHash } from 'node:crypto';
import type { CatalogId, ItemId, UserId } from '@kindred/shared/id';
import { SOURCE_NAMES, type SourceName } from '@kindred/shared/model/candidate-sources';
import { CO_ENGAGED_MAX } from '@kindred/shared/model/item-model';
import type { Neighbor, NeighborSource } from '@kindred/shared/neighbor';
import { seededRandom } from '@kindred/shared/numeric/random';
import type { Log } from '@kindred/shared/platform/log';
import { Problem } from '@kindred/shared/problem';
import { LRUCache } from 'lru-cache';
import type { CatalogState, CatalogStates } from '../catalog-state/catalog-states.ts';
import type { Reflected } from '../events/read-your-writes.ts';
import type { RankingMeter } from '../metrics.ts';
import { type Engagement, engagementsOf, type HistoryEvent } from '../profile/engagement.ts';
import { type Cluster, clustersOf, type EmbeddedEngagement, type Interest, interestsOf } from '../profile/interest.ts';
import type { WantedVector } from '../reads/embedding-source.ts';
import type { ItemRow } from '../reads/item-reader.ts';
import type { Reader, Reads } from '../reads/reader.ts';
import type { CandidateSource, RetrievalContext } from '../sources/candidate-source.ts';
import { type Causes, coEngagementOf } from '../sources/co-engagement.ts';
import { coEngagementSource } from '../sources/co-engagement-source.ts';
import { createColdStart } from '../sources/cold-start.ts';
import { interestsSource } from '../sources/interests-source.ts';
import { latestSource, popularSource, trendingSource } from '../sources/non-personalized-sources.ts';
import { similarSource } from '../sources/similar-source.ts';
import { trainedScoresOf } from '../sources/trained-scores.ts';
import { collaborativeSource, contentSource } from '../sources/trained-sources.ts';
import { createCentredVectors } from './centred-vectors.ts';
import { presented } from './explain.ts';
import { type Eligible, filterCandidates } from './filter.ts';
import { diversify, type PickedItem } from './mmr.ts';
import { fuse } from './reciprocal-rank-fusion.ts';
import { byScore, fixedScoring, shares, trainedScoring } from './score.ts';
import type { RecommendRequest, Slate } from './slate.ts';

export interface RecommenderOptions {
  readonly reader: Reader;
  readonly states: CatalogStates;
  readonly neighbors: NeighborSource;
  readonly meter: RankingMeter;
  readonly log: Log;
}

/** Names what ranks, so that slates of different rankings are told apart. */
const RANKING_VERSION = { trained: 'trained-1', fixed: 'reciprocal-rank-1' } as const;
const SOURCES: readonly CandidateSource[] = [
  collaborativeSource,
  contentSource,
  interestsSource,
  similarSource,
  coEngagementSource,
  trendingSource,
  latestSource,
  popularSource,
];
/** Those that an artifact speaks for. */
const TRAINED_SOURCES = ['collaborative', 'content'] as const;
/** Ward clustering is quadratic: 100 items take about 3 ms. */
const CLUSTERED_MAX = 100;
const MERGE_COST_MAX = 1.5;
/** A filter keeps few of what is found without it. */
const FILTERED_DEPTH = 10;
/** Users whose clusters are kept: some 10 kB each. */
const CLUSTERINGS_MAX = 5_000;
/** Candidates that diversification chooses from: at least so many, and twice what is asked for. */
const POOL_MIN = 100;

/** What is known of a user, and of the items that they engaged with. */
interface Profile {
  readonly history: readonly HistoryEvent[];
  /** Rows of those items of the history that exist. */
  readonly rows: ReadonlyMap<ItemId, ItemRow>;
  readonly engagements: readonly Engagement[];
  readonly interests: readonly Interest[];
}

export interface Recommender {
  /**
   * @param reflected  A write that the slate must hold, and all that was committed before it.
   * @throws {Problem} `catalog-not-found`
   */
  recommend(catalog: CatalogId, request: RecommendRequest, reflected: Reflected | undefined): Promise<Slate>;
  /** @throws {Problem} `catalog-not-found` */
  interests(catalog: CatalogId, user: UserId, nowMs: number): Promise<readonly Interest[]>;
}

/** retrieve → score → filter → diversify → explain; two round trips to the store, one after the other, and one to the index. */
export function createRecommender(options: RecommenderOptions): Recommender {
  const { reader, states, neighbors, meter, log } = options;
  const centre = createCentredVectors();
  const coldStartOf = createColdStart({ neighbors, log });
  const clustered = new LRUCache<string, readonly Cluster[]>({ max: CLUSTERINGS_MAX });

  const stateOf = async (catalog: CatalogId, isFresh: boolean): Promise<CatalogState> => {
    const state = await states.of(catalog, isFresh);
    if (state === undefined) throw new Problem('catalog-not-found', `there is no catalog ${catalog}`);
    return state;
  };

  const profileOf = async (
    catalog: CatalogId,
    state: CatalogState,
    reads: Reads,
    history: readonly HistoryEvent[],
    nowMs: number,
  ): Promise<Profile> => {
    const engagements = engagementsOf(history);
    const rows = await reads.rows(
      state.space,
      engagements.map(({ item }) => item),
    );
    const wanted = engagements.slice(0, CLUSTERED_MAX).flatMap(({ item }) => {
      const change = rows.get(item)?.embeddingChange;
      return change === undefined ? [] : [{ item, change }];
    });
    // Clusters change when the items do, or their embeddings: most requests find them as the last one left them.
    const parts = [
      catalog,
      state.mean?.version ?? state.space,
      ...wanted.flatMap(({ item, change }) => [item, change]),
    ];
    const key = parts.join('\n');
    let clusters = clustered.get(key);
    if (clusters === undefined) {
      clusters = clustersOf(await embedded(state, reads, engagements, wanted), MERGE_COST_MAX);
      if (!reads.missing.includes('embeddings')) clustered.set(key, clusters);
    }
    return { history, rows, engagements, interests: interestsOf(clusters, engagements, nowMs) };
  };

  const embedded = async (
    { space, mean }: CatalogState,
    reads: Reads,
    engagements: readonly Engagement[],
    wanted: readonly WantedVector[],
  ): Promise<readonly EmbeddedEngagement[]> => {
    const vectors = space === undefined ? new Map<ItemId, Float32Array>() : await reads.vectors(space, wanted);
    return engagements.flatMap((engagement): EmbeddedEngagement[] => {
      const vector = vectors.get(engagement.item);
      return vector === undefined ? [] : [{ ...engagement, vector: centre(vector, mean) }];
    });
  };

  return {
    interests: async (catalog, user, nowMs) => {
      const state = await stateOf(catalog, false);
      const reads = reader.begin(catalog);
      return (await profileOf(catalog, state, reads, await reads.history(user, false), nowMs)).interests;
    },

    recommend: async (catalog, request, reflected) => {
      const lap = meter.stages();
      const state = await stateOf(catalog, reflected !== undefined);
      const degraded = [...state.missing];
      const reads = reader.begin(catalog);
      const coldStart = coldStartOf(catalog, state);
      const hasSeen = (state.trained?.model.seenWeight ?? 0) > 0;
      const history = await reads.history(request.user, hasSeen);
      const profile = await profileOf(catalog, state, reads, history, request.atMs);
      lap('profile');
      const { engagements } = profile;
      const together = state.graph && coEngagementOf(state.graph, engagements.slice(0, CO_ENGAGED_MAX));
      const trained = state.trained && trainedScoresOf(state.trained, coldStart, history, engagements);
      const scoring =
        (trained && trainedScoring(trained, together, state.nonPersonalized, request.atMs)) ??
        fixedScoring(SOURCE_NAMES);
      const context: RetrievalContext = {
        ...{ engagements, interests: profile.interests, together, trained },
        nonPersonalized: state.nonPersonalized,
        depth: request.filter === undefined ? 1 : FILTERED_DEPTH,
        nowMs: request.atMs,
        random: seededRandom(request.seed),
      };
      const asked = SOURCES.map((source) => ({ source, weight: source.weight(context) })).filter(
        ({ weight }) => weight > 0,
      );
      const wishes = asked.map(({ source }) => source.wishes(context));
      const queries = wishes.flat().map((wish) => ({ ...wish, ...(request.filter && { filter: request.filter }) }));
      const answer =
        queries.length === 0
          ? undefined
          : await neighbors.neighbors(catalog, queries, reflected?.position).catch((error) => {
              log.warn({ err: error }, 'neighbors are away');
              degraded.push('neighbors');
              return undefined;
            });
      lap('neighbors');
      const lists = cut(answer?.neighbors ?? [], wishes);
      const fused = fuse(
        asked.map(({ source, weight }, index) => ({
          source: source.name,
          weight,
          candidates: source.candidates(context, wishes[index]!, lists[index]!),
        })),
      );
      const scored = byScore(fused.map(scoring.score));
      lap('score');
      const poolSize = Math.max(POOL_MIN, 2 * request.limit);
      const { eligible, read } = await filterCandidates({
        ...{ reads, state, request, scored, scoring, poolSize },
      });
      lap('filter');
      const pool = eligible.slice(0, poolSize);
      const sharesOfPool = shares(
        pool.map(({ candidate }) => candidate),
        scoring,
      );
      const picked = await diversifyPool({ reads, centre, state, request, pool, shares: sharesOfPool });
      lap('diversify');
      const causes = new Map<SourceName, Causes>();
      if (request.explain) {
        const shown = picked.map(({ item }) => item);
        if (together !== undefined) causes.set('co-engagement', together.causes(shown));
        for (const of of TRAINED_SOURCES) if (trained !== undefined) causes.set(of, trained.causes(of, shown));
      }
      const isLive = (item: ItemId): boolean => profile.rows.has(item);
      const places = new Map(pool.map(({ candidate }, place) => [candidate.item, place]));
      degraded.push(...reads.missing);
      meter.degraded(degraded);
      const slate = {
        at: new Date(request.atMs).toISOString(),
        seed: request.seed,
        versions: {
          ranking: RANKING_VERSION[scoring.weights],
          state: `${state.version}.cold-start-${coldStart.version}`,
          read: digest([profile.history, read]),
          index: answer?.version ?? 'none',
          space: state.space ?? 'none',
        },
        degraded,
        items: picked.map((entry) => {
          const place = places.get(entry.item)!;
          const { parts } = sharesOfPool[place]!;
          const { weights, parts: names } = scoring;
          return presented(entry, pool[place]!, request, { weights, names, parts, isLive, causes });
        }),
      };
      const whole = { slate: digest([catalog, request, slate]), ...slate };
      lap('explain');
      return whole;
    },
  };
}

/** Cuts the flat list of answers back into one list of answers a source. */
function cut(
  answers: readonly (readonly Neighbor[])[],
  wishes: readonly (readonly unknown[])[],
): readonly (readonly (readonly Neighbor[])[])[] {
  let start = 0;
  return wishes.map((own) => {
    const part = answers.slice(start, start + own.length);
    start += own.length;
    return part;
  });
}

async function diversifyPool(task: {
  reads: Reads;
  centre: ReturnType<typeof createCentredVectors>;
  state: CatalogState;
  request: RecommendRequest;
  pool: readonly Eligible[];
  shares: readonly { readonly relevance: number }[];
}): Promise<readonly PickedItem[]> {
  const { reads, centre, state, request, pool, shares: sharesOfPool } = task;
  const wanted = pool.flatMap(({ row }) =>
    row.embeddingChange === undefined ? [] : [{ item: row.item, change: row.embeddingChange }],
  );
  const vectors =
    state.space === undefined || request.diversity === 0
      ? new Map<ItemId, Float32Array>()
      : await reads.vectors(state.space, wanted);
  return diversify(
    pool.map(({ candidate: { item } }, place) => {
      const vector = vectors.get(item);
      return {
        item,
        relevance: sharesOfPool[place]!.relevance,
        vector: vector && centre(vector, state.mean),
      };
    }),
    request.limit,
    request.diversity,
  );
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}
