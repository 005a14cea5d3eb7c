import { clusteredVectors } from '@kindred/index/clustered-vectors.fixture';
import type { EmbeddingChange, ItemChange } from '@kindred/index/domain/change';
import type { SpaceToOpen } from '@kindred/index/ports/index-engine';
import { filterFieldsOf } from '@kindred/shared/filter';
import { itemIdSchema, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import type { NeighborQuery } from '@kindred/shared/neighbor';

/** What the process that loads damaged snapshots is asked, and what it tells. */
export interface LoadAsked {
  readonly root: string;
}
export interface LoadTold {
  /** 0 when nothing was loaded. */
  readonly change: number;
  readonly refusals: readonly string[];
  /** To all queries, as JSON. */
  readonly answers: string;
}

export const LOADED_ITEMS = 1_200;
const DELETED = 100;
const DIMENSIONS = 64;
const space: SpaceId = JSON.parse('"a model@1"');

export const WANTED: SpaceToOpen = {
  catalog: MAIN_CATALOG,
  space,
  dimensions: DIMENSIONS,
  source: 'faults',
  head: 10_000,
};

/** Items and embeddings of a space, then some deletions: the state that a snapshot holds, and that it is rebuilt from. */
export function loadedChanges({ space, dimensions } = WANTED): readonly (ItemChange | EmbeddingChange)[] {
  const vectors = clusteredVectors({ count: LOADED_ITEMS, dimensions, seed: dimensions + space.length, clusters: 20 });
  const base = (index: number) => ({ catalog: MAIN_CATALOG, item: itemIdSchema.parse(`item-${index}`) });
  return [
    ...vectors.map(
      (_, index): ItemChange => ({
        kind: 'item',
        change: index + 1,
        ...base(index),
        fields: filterFieldsOf({}),
        spaces: [space],
      }),
    ),
    ...vectors.map(
      (vector, index): EmbeddingChange => ({
        kind: 'embedding',
        change: LOADED_ITEMS + index + 1,
        ...base(index),
        space,
        vector,
      }),
    ),
    ...vectors.slice(0, DELETED).map(
      (_, index): ItemChange => ({
        kind: 'item',
        change: 2 * LOADED_ITEMS + index + 1,
        ...base(index),
        fields: undefined,
        spaces: [],
      }),
    ),
  ];
}

/** Ten nearest of some vectors by the graph, and the whole order by one of them. */
export function loadedQueries(): readonly NeighborQuery[] {
  const vectors = clusteredVectors({ count: 30, dimensions: DIMENSIONS, seed: 5, clusters: 20 });
  return vectors.map((vector, index) => ({ target: { vector }, k: index === 0 ? 1_000 : 10 }));
}
