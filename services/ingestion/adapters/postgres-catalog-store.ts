import { type Database, transaction } from '@kindred/shared/platform/database';
import type { CatalogStore } from '../catalog-store.ts';

/** The catalogs of one database. */
export function postgresCatalogStore(database: Database): CatalogStore {
  return {
    async list() {
      const { rows } = await database.query(
        `SELECT catalog,
           (SELECT count(*) FROM items i WHERE i.catalog = c.catalog AND fields IS NOT NULL) AS items,
           (SELECT count(*) FROM embedding_queue q WHERE q.catalog = c.catalog AND NOT failed) AS waiting,
           (SELECT count(*) FROM embedding_queue q WHERE q.catalog = c.catalog AND failed) AS failed,
           (SELECT space FROM spaces s WHERE s.catalog = c.catalog AND state = 'serving') AS space
         FROM catalogs c ORDER BY catalog`,
      );
      return rows.map((row) => ({ ...row, space: row.space ?? undefined }));
    },

    create: (catalog, { space, model, dimensions }) =>
      transaction(database, async (client) => {
        const created = await client.query(
          'INSERT INTO catalogs VALUES ($1, (extract(epoch FROM now()) * 1000)::bigint) ON CONFLICT DO NOTHING',
          [catalog],
        );
        if (created.rowCount === 0) return false;
        await client.query(
          `INSERT INTO spaces (catalog, space, model, dimensions, state, change) VALUES ($1, $2, $3, $4, 'serving', next_change())`,
          [catalog, space, model, dimensions],
        );
        return true;
      }),

    async exists(catalog) {
      const { rowCount } = await database.query('SELECT FROM catalogs WHERE catalog = $1', [catalog]);
      return rowCount === 1;
    },
  };
}
