import type { Filter } from './catalog.ts';
import type { CatalogId, ItemId, SpaceId } from './id.ts';

/**
 * Target of a neighbor query: an item of the catalog, or a unit-length vector. A vector that names its space is compared
 * in that space only: when another one serves by now, its list is empty and the answer names the space that does.
 */
export type NeighborTarget = { readonly item: ItemId } | { readonly vector: Float32Array; readonly space?: SpaceId };

/** One question for nearest neighbors. */
export interface NeighborQuery {
  readonly target: NeighborTarget;
  /** Number of neighbors wanted, 1 to 1,000. */
  readonly k: number;
  /** Condition on the items that may be answered; without it, every available item. */
  readonly filter?: Filter;
}

/** An item near a target. */
export interface Neighbor {
  readonly item: ItemId;
  /** Cosine in [−1, 1]; higher is nearer. */
  readonly similarity: number;
}

/** Answers to the queries of one request, by one state of the index. */
export interface NeighborAnswer {
  /** The space that answered; `undefined` while the catalog has none that serves. */
  readonly space: SpaceId | undefined;
  /** Changes when the answers may: the space's build and the last change applied. */
  readonly version: string;
  /**
   * One list a query, in the order of the queries. A list is by falling similarity, ties by id bytes, without the
   * target item itself; it has k neighbors wherever k items pass the filter; `[]` for an item without an embedding.
   */
  readonly neighbors: readonly (readonly Neighbor[])[];
}

/**
 * Answers nearest-neighbor queries over the serving space of a catalog. What passed its filter may have been deleted
 * since: whoever serves the answer reads the item rows once more.
 */
export interface NeighborSource {
  /**
   * All queries of one request at once, so that a request costs one round trip.
   * @param position  The answer holds every change up to this one, as `reached` answered it.
   * @throws {Problem} `unavailable` when nobody can answer so in time.
   */
  neighbors(catalog: CatalogId, queries: readonly NeighborQuery[], position?: number): Promise<NeighborAnswer>;
  /**
   * Waits until every item written up to `change` is embedded (or has failed) and searchable.
   * @returns The position at which that is so; `undefined` when `timeoutMs` pass before that.
   */
  reached(catalog: CatalogId, change: number, timeoutMs: number): Promise<number | undefined>;
}
