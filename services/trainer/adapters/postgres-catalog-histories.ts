import type { CatalogId } from '@kindred/shared/id';
import type { Database } from '@kindred/shared/platform/database';
import type { CatalogHistories } from '../catalog-histories.ts';
import type { HistorySize } from '../domain/training-cost.ts';
import { GROWTH_MAX, type Growth } from '../domain/training-need.ts';

/** Counts straight from the tables of items and events. */
export function postgresCatalogHistories(database: Database): CatalogHistories {
  return {
    catalogs: async () => {
      const { rows } = await database.query<{ catalog: CatalogId }>('SELECT catalog FROM catalogs ORDER BY catalog');
      return rows.map(({ catalog }) => catalog);
    },

    exists: async (catalog) => {
      const { rowCount } = await database.query('SELECT FROM catalogs WHERE catalog = $1', [catalog]);
      return rowCount === 1;
    },

    growth: async (catalog, sinceChange) => {
      const { rows } = await database.query<Growth>(
        `SELECT
           (SELECT count(*) FROM (SELECT FROM events WHERE catalog = $1 AND change > $2
              LIMIT ${GROWTH_MAX.newEvents}) AS counted) AS "newEvents",
           (SELECT count(*) FROM (SELECT FROM events WHERE catalog = $1 LIMIT ${GROWTH_MAX.events}) AS counted) AS events,
           (SELECT count(*) FROM (SELECT DISTINCT user_id, item_id FROM events
              WHERE catalog = $1 AND NOT retracted AND value > 0 AND type IN ('click', 'save', 'dwell')
              LIMIT ${GROWTH_MAX.pairs}) AS counted) AS pairs,
           (SELECT coalesce(max(change), 0) FROM erasures WHERE catalog = $1) AS "lastErasure"`,
        [catalog, sinceChange],
      );
      return rows[0]!;
    },

    size: async (catalog) => {
      const { rows } = await database.query<HistorySize>(
        `SELECT (SELECT count(*) FROM items WHERE catalog = $1 AND fields IS NOT NULL) AS items,
           count(DISTINCT user_id) AS users, count(*) AS events FROM events WHERE catalog = $1`,
        [catalog],
      );
      return rows[0]!;
    },
  };
}
