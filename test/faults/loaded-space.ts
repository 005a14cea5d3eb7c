import { clusteredVectors } from '@kindred/index/clustered-vectors.fixture';
import type { EmbeddingChange, ItemChange } from '@kindred/index/domain/change';
import type { SpaceToOpen } from '@kindred/index/ports/index-engine';
import { filterFieldsOf } from '@kindred/shared/filter';
import { itemIdSchema, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import type { NeighborQuery } from '@kindred/shared/neighbor';

/** Request to the process that loads damaged snapshots. */
export interface LoadAsked {
  readonly root: string;
}
/** Answer of the process that loads damaged snapshots. */
export interface LoadTold {
  /** 0 when nothing was loaded. */
  readonly change: number;
  readonly refusals: readonly string[];
  /** Answers to all queries, as JSON. */
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
  const item = (change: number, index: number): ItemChange => ({
    kind: 'item',
    change,
    ...base(index),
    fields: filterFieldsOf({}),
    spaces: [space],
  });
  const embedding = (change: number, index: number, vector: Float32Array): EmbeddingChange => ({
    kind: 'embedding',
    change,
    ...base(index),
    space,
    vector,
  });
  const deletion = (change: number, index: number): ItemChange => ({
    ...item(change, index),
    fields: undefined,
    spaces: [],
  });
  return [
    ...vectors.map((_, index) => item(index + 1, index)),
    ...vectors.map((vector, index) => embedding(LOADED_ITEMS + index + 1, index, vector)),
    ...vectors.slice(0, DELETED).map((_, index) => deletion(2 * LOADED_ITEMS + index + 1, index)),
  ];
}

/** Asks for the ten nearest of some vectors, and for the whole order by one of them. */
export function loadedQueries(): readonly NeighborQuery[] {
  const vectors = clusteredVectors({ count: 30, dimensions: DIMENSIONS, seed: 5, clusters: 20 });
  return vectors.map((vector, index) => ({ target: { vector }, k: index === 0 ? 1_000 : 10 }));
}
