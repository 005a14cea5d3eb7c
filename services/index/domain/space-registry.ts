import type { CatalogId, SpaceId } from '@kindred/shared/id';
import type { SpaceChange, SpaceKey } from '../ports.ts';

/** Which spaces there are, and which of them serves each catalog. */
export interface SpaceRegistry {
  /** Takes the space as it is now; a retired one is forgotten. */
  set(change: SpaceChange): void;
  has(space: SpaceKey): boolean;
  stateOf(space: SpaceKey): SpaceChange['state'] | undefined;
  /** At most one of a catalog serves: the last that was set so. */
  serving(catalog: CatalogId): SpaceChange | undefined;
}

export function createSpaceRegistry(): SpaceRegistry {
  const catalogs = new Map<CatalogId, Map<SpaceId, SpaceChange>>();
  const find = ({ catalog, space }: SpaceKey): SpaceChange | undefined => catalogs.get(catalog)?.get(space);
  return {
    set(change) {
      const spaces = catalogs.get(change.catalog) ?? new Map<SpaceId, SpaceChange>();
      catalogs.set(change.catalog, spaces);
      spaces.delete(change.space);
      if (change.state !== 'retired') spaces.set(change.space, change);
    },
    has: (space) => find(space) !== undefined,
    stateOf: (space) => find(space)?.state,
    serving: (catalog) => [...(catalogs.get(catalog)?.values() ?? [])].findLast(({ state }) => state === 'serving'),
  };
}
