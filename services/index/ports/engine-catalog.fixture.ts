import { filterFieldsOf } from '@kindred/shared/filter';
import { type CatalogId, type ItemId, itemIdSchema, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { clusteredVectors } from '../clustered-vectors.fixture.ts';
import type { EmbeddingChange, ItemChange, SpaceChange } from '../domain/change.ts';
import type { IndexEngine, SpaceToOpen } from './index-engine.ts';

const DIMENSIONS = 16;
const COUNT = 400;
export const space: SpaceId = JSON.parse('"model"');
export const otherSpace: SpaceId = JSON.parse('"other"');
export const elsewhere: CatalogId = JSON.parse('"elsewhere"');
export const key = { catalog: MAIN_CATALOG, space };
export const toOpen: SpaceToOpen = { ...key, dimensions: DIMENSIONS, source: 'test', head: 1_000 };
export const testVectors = clusteredVectors({ count: COUNT, dimensions: DIMENSIONS, seed: 21, clusters: 10 });

export function id(i: number): ItemId {
  return itemIdSchema.parse(`item-${i}`);
}

/** An available item with an embedding in `space`. */
export function itemOf(i: number, changed: Partial<ItemChange> = {}): ItemChange {
  const change = i + 1;
  return {
    kind: 'item',
    change,
    catalog: MAIN_CATALOG,
    item: id(i),
    fields: filterFieldsOf({}),
    spaces: [space],
    ...changed,
  };
}

export function embeddingOf(i: number, changed: Partial<EmbeddingChange> = {}): EmbeddingChange {
  return { kind: 'embedding', change: COUNT + i + 1, ...key, item: id(i), vector: testVectors[i]!, ...changed };
}

export function spaceOf(state: SpaceChange['state'], changed: Partial<SpaceChange> = {}): SpaceChange {
  return { kind: 'space', change: 900, ...key, dimensions: DIMENSIONS, state, ...changed };
}

/** Position of an engine once it was `filled`. */
export const FILLED = 2 * COUNT;

/** Opens `space` and applies the fields and vectors of 400 items. */
export async function fill(engine: IndexEngine): Promise<void> {
  await engine.open(toOpen);
  await engine.apply(
    testVectors.flatMap((_, i) => [itemOf(i), embeddingOf(i)]),
    FILLED,
  );
}
