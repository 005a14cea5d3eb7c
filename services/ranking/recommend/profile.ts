import type { ItemId, UserId } from '@kindred/shared/id';
import type { CatalogState } from '../catalog-state/catalog-states.ts';
import type { Centre } from '../catalog-state/mean.ts';
import { type Engagement, engagementsOf, type HistoryEvent } from '../profile/engagement.ts';
import { type Cluster, clustersOf, type EmbeddedEngagement, type Interest, interestsOf } from '../profile/interest.ts';
import type { KeptClusters } from '../reads/cluster-cache.ts';
import type { WantedVector } from '../reads/embedding-source.ts';
import type { ItemRow } from '../reads/item-reader.ts';
import type { Reads } from '../reads/reader.ts';

/** A user and the items that they engaged with. */
export interface Profile {
  /** Latest first; impressions follow the rest where the artifact counts them. */
  readonly history: readonly HistoryEvent[];
  readonly engagements: readonly Engagement[];
  /** Rows of the engaged items that still exist. */
  readonly rows: ReadonlyMap<ItemId, ItemRow>;
  /** By falling importance. */
  readonly interests: readonly Interest[];
}

export interface ProfileQuery {
  readonly user: UserId;
  readonly state: CatalogState;
  readonly reads: Reads;
  readonly nowMs: number;
}

/** Ward clustering is quadratic: 100 items take about 3 ms. */
const CLUSTERED_MAX = 100;
const MERGE_COST_MAX = 1.5;

/** Reads profiles. Clusters change only with the engaged items, so most requests find those of the last one. */
export class ProfileReader {
  readonly #centre: Centre;

  constructor(centre: Centre) {
    this.#centre = centre;
  }

  /** Cost: one round trip for the history; at most two more if rows or embeddings are not cached. */
  async read(query: ProfileQuery): Promise<Profile> {
    const { user, state, reads, nowMs } = query;
    const kept = reads.clusters(user);
    const history = await reads.history(user, (state.trained?.model.seenWeight ?? 0) > 0);
    const engagements = engagementsOf(history);
    const rows = await reads.rows(
      state.space,
      engagements.map(({ item }) => item),
    );
    const clusters = await this.#clusters(query, kept, engagements, rows);
    return { history, engagements, rows, interests: interestsOf(clusters, engagements, nowMs) };
  }

  async #clusters(
    { state, reads }: ProfileQuery,
    kept: KeptClusters,
    engagements: readonly Engagement[],
    rows: ReadonlyMap<ItemId, ItemRow>,
  ): Promise<readonly Cluster[]> {
    const wanted = engagements.slice(0, CLUSTERED_MAX).flatMap(({ item }) => {
      const change = rows.get(item)?.embeddingChange;
      return change === undefined ? [] : [{ item, change }];
    });
    const version = state.mean?.version ?? state.space;
    const basis = [version, ...wanted.flatMap(({ item, change }) => [item, change])].join('\n');
    const known = kept.get(basis);
    if (known !== undefined) return known;
    const clusters = clustersOf(await this.#embedded(state, reads, engagements, wanted), MERGE_COST_MAX);
    if (!reads.missing.includes('embeddings')) kept.set(basis, clusters);
    return clusters;
  }

  async #embedded(
    { space, mean }: CatalogState,
    reads: Reads,
    engagements: readonly Engagement[],
    wanted: readonly WantedVector[],
  ): Promise<readonly EmbeddedEngagement[]> {
    const vectors = space === undefined ? new Map<ItemId, Float32Array>() : await reads.vectors(space, wanted);
    return engagements.flatMap((engagement): EmbeddedEngagement[] => {
      const vector = vectors.get(engagement.item);
      return vector === undefined ? [] : [{ ...engagement, vector: this.#centre(vector, mean) }];
    });
  }
}
