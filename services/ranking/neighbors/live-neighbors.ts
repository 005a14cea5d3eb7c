import type { Filter, ItemFields } from '@kindred/shared/catalog';
import { filterFieldsOf, predicateOf } from '@kindred/shared/filter';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import type { Neighbor, NeighborSource, NeighborTarget } from '@kindred/shared/neighbor';
import { type ItemDetails, itemDetails } from '../reads/item-details.ts';
import type { Reads } from '../reads/reader.ts';

export interface NeighborItem extends Neighbor {
  readonly details?: ItemDetails;
}

export interface NeighborList {
  /** By falling similarity, ties by id. */
  readonly items: readonly NeighborItem[];
  /** Names of stores that were unavailable; empty for a complete answer. */
  readonly degraded: readonly string[];
}

export interface NeighborRequest {
  readonly limit: number;
  readonly filter: Filter | undefined;
  /** True to answer each item's fields as `details`. */
  readonly expand: boolean;
  /** Token of a write that the answer must reflect. */
  readonly after: string | undefined;
}

/** Neighbors asked for beyond the limit, in place of items deleted since the index saw them. */
const SPARE_NEIGHBORS = 10;
const DEPTH_FACTOR = 4;
const DEPTH_MAX = 1_000;

export interface LiveNeighborQuery {
  readonly catalog: CatalogId;
  readonly target: NeighborTarget;
  readonly request: Pick<NeighborRequest, 'limit' | 'filter' | 'expand'>;
  readonly reads: Reads;
  /** Index position that the answer must reflect. */
  readonly position: number | undefined;
}

/**
 * Finds neighbors that exist and pass the filter now: asks the index ever deeper until there are enough or no more. While the
 * store is unavailable, an item without a cached row is answered as the index knows it.
 */
export async function liveNeighbors(
  neighbors: NeighborSource,
  { catalog, target, request, reads, position }: LiveNeighborQuery,
): Promise<{ readonly space: SpaceId | undefined; readonly items: readonly NeighborItem[] }> {
  const { limit, filter } = request;
  for (let depth = limit + SPARE_NEIGHBORS; ; depth *= DEPTH_FACTOR) {
    const k = Math.min(depth, DEPTH_MAX);
    const answer = await neighbors.neighbors(catalog, [{ target, k, ...(filter && { filter }) }], position);
    const found = answer.neighbors[0] ?? [];
    const items = await live(found, { reads, space: answer.space, request });
    if (items.length >= limit || found.length < k || k === DEPTH_MAX) {
      return { space: answer.space, items: items.slice(0, limit) };
    }
  }
}

async function live(
  found: readonly Neighbor[],
  context: {
    readonly reads: Reads;
    readonly space: SpaceId | undefined;
    readonly request: Pick<NeighborRequest, 'filter' | 'expand'>;
  },
): Promise<readonly NeighborItem[]> {
  const { reads, space, request } = context;
  const { filter, expand } = request;
  const passes = predicateOf(filter ?? {});
  const ids: readonly ItemId[] = found.map(({ item }) => item);
  const rows = await reads.rows(space, ids);
  const isComplete = reads.missing.length === 0;
  return found.flatMap((neighbor): NeighborItem[] => {
    const row = rows.get(neighbor.item);
    if (row === undefined) return isComplete ? [] : [neighbor];
    const fields: ItemFields = row.fields;
    if (!(filter === undefined ? row.available : passes(filterFieldsOf(fields)))) return [];
    return [expand ? { ...neighbor, details: itemDetails(row) } : neighbor];
  });
}
