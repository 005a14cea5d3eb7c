import type { CatalogId } from '@kindred/shared/id';
import type { CatalogSource } from '../known-catalogs.ts';

/** The given catalogs, for tests. */
export function memoryCatalogSource(catalogs: Iterable<CatalogId>): CatalogSource {
  const known = new Set(catalogs);
  return { existing: async (wanted) => new Set(wanted).intersection(known) };
}
