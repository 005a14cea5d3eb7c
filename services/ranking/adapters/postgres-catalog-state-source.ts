import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import { NON_PERSONALIZED_MAX } from '@kindred/shared/model/ranking-features';
import type { Database } from '@kindred/shared/platform/database';
import type { CatalogMarks, CatalogStateSource } from '../catalog-state/catalog-state-source.ts';
import type { ListedItem } from '../sources/non-personalized.ts';

export function postgresCatalogStateSource(database: Database): CatalogStateSource {
  return {
    exists: async (catalog) => {
      const { rowCount } = await database.query('SELECT FROM catalogs WHERE catalog = $1', [catalog]);
      return rowCount === 1;
    },

    marks: async (catalog) => {
      const { rows } = await database.query<CatalogMarks>({
        name: 'catalog-marks',
        text: `SELECT greatest((SELECT max(change) FROM events WHERE catalog = $1), (SELECT max(change) FROM erasures WHERE catalog = $1), 0) AS events,
                 greatest((SELECT max(change) FROM items WHERE catalog = $1), (SELECT max(change) FROM embeddings WHERE catalog = $1),
                   (SELECT max(change) FROM spaces WHERE catalog = $1), 0) AS items,
                 (SELECT version FROM serving_artifacts WHERE catalog = $1) AS artifact`,
        values: [catalog],
      });
      return rows[0]!;
    },

    lists: async (catalog) => {
      const [trending, popular, latest, space] = await Promise.all([
        byRank(database, catalog, 'short_rank'),
        byRank(database, catalog, 'long_rank'),
        latestItems(database, catalog),
        servingSpace(database, catalog),
      ]);
      return { nonPersonalized: { trending, popular, latest }, space };
    },
  };
}

async function byRank(
  database: Database,
  catalog: CatalogId,
  rank: 'short_rank' | 'long_rank',
): Promise<readonly ListedItem[]> {
  const { rows } = await database.query<ListedItem>({
    name: `list-${rank}`,
    text: `SELECT item_id AS item, ${rank} AS score FROM item_counters
           WHERE catalog = $1 AND ${rank} IS NOT NULL ORDER BY ${rank} DESC, item_id LIMIT ${NON_PERSONALIZED_MAX}`,
    values: [catalog],
  });
  return rows;
}

async function latestItems(database: Database, catalog: CatalogId): Promise<readonly ListedItem[]> {
  const { rows } = await database.query<{ item: ItemId; score: number }>({
    name: 'list-latest',
    text: `SELECT item_id AS item, created_at_ms AS score FROM items
           WHERE catalog = $1 AND fields IS NOT NULL AND coalesce((fields->>'available')::boolean, true)
           ORDER BY created_at_ms DESC, item_id LIMIT ${NON_PERSONALIZED_MAX}`,
    values: [catalog],
  });
  return rows;
}

async function servingSpace(database: Database, catalog: CatalogId): Promise<SpaceId | undefined> {
  const { rows } = await database.query<{ space: SpaceId }>({
    name: 'serving-space',
    text: `SELECT space FROM spaces WHERE catalog = $1 AND state = 'serving'`,
    values: [catalog],
  });
  return rows[0]?.space;
}
