import type { CatalogId, SpaceId } from '@kindred/shared/id';
import type { Space, SpaceKey } from './space.ts';

/** The spaces that are not retired, and which of them serves each catalog. */
export class SpaceRegistry {
  readonly #catalogs = new Map<CatalogId, Map<SpaceId, Space>>();

  /** Takes the space in place of its earlier state; a retired one is forgotten. */
  set(space: Space): void {
    const spaces = this.#catalogs.get(space.catalog) ?? new Map<SpaceId, Space>();
    this.#catalogs.set(space.catalog, spaces);
    spaces.delete(space.space);
    if (space.state !== 'retired') spaces.set(space.space, space);
  }

  has({ catalog, space }: SpaceKey): boolean {
    return this.#catalogs.get(catalog)?.has(space) === true;
  }

  /** At most one space of a catalog serves: the last that was set so. */
  serving(catalog: CatalogId): Space | undefined {
    return [...(this.#catalogs.get(catalog)?.values() ?? [])].findLast(({ state }) => state === 'serving');
  }
}
