import type { CatalogId } from '@kindred/shared/id';
import type { Database } from '@kindred/shared/platform/database';
import type { CatalogSource } from '../known-catalogs.ts';

export function postgresCatalogSource(database: Database): CatalogSource {
  return {
    async existing(catalogs) {
      const { rows } = await database.query<{ catalog: CatalogId }>(
        'SELECT catalog FROM catalogs WHERE catalog = ANY($1)',
        [catalogs],
      );
      return new Set(rows.map((row) => row.catalog));
    },
  };
}
