import type { CatalogId, SpaceId } from '@kindred/shared/id';
import type { Space, SpaceKey } from './space.ts';

/** Which spaces there are, and which of them serves each catalog. */
export interface SpaceRegistry {
  /** Takes the space as it is now; a retired one is forgotten. */
  set(space: Space): void;
  has(space: SpaceKey): boolean;
  stateOf(space: SpaceKey): Space['state'] | undefined;
  /** At most one of a catalog serves: the last that was set so. */
  serving(catalog: CatalogId): Space | undefined;
}

export function createSpaceRegistry(): SpaceRegistry {
  const catalogs = new Map<CatalogId, Map<SpaceId, Space>>();
  const find = ({ catalog, space }: SpaceKey): Space | undefined => catalogs.get(catalog)?.get(space);
  return {
    set(space) {
      const spaces = catalogs.get(space.catalog) ?? new Map<SpaceId, Space>();
      catalogs.set(space.catalog, spaces);
      spaces.delete(space.space);
      if (space.state !== 'retired') spaces.set(space.space, space);
    },
    has: (space) => find(space) !== undefined,
    stateOf: (space) => find(space)?.state,
    serving: (catalog) => [...(catalogs.get(catalog)?.values() ?? [])].findLast(({ state }) => state === 'serving'),
  };
}
