import type { ItemFields } from '@kindred/shared/catalog';
import type { Database } from '@kindred/shared/database';
import type { ItemId } from '@kindred/shared/id';
import type { ItemReader, PageKey } from '../ports.ts';

export function postgresItemReader(database: Database): ItemReader {
  return {
    async rows({ catalog, user, space, items, withFields }) {
      if (items.length === 0) return [];
      const { rows } = await database.query<{
        item: ItemId;
        available: boolean;
        seen: boolean;
        hidden: boolean;
        fields: ItemFields | null;
        created_at_ms: number;
        change: number | null;
      }>({
        name: withFields ? 'candidates-with-fields' : 'candidates',
        text: `SELECT i.item_id AS item, i.created_at_ms, e.change,
                 coalesce((i.fields->>'available')::boolean, true) AS available,
                 ${withFields ? 'i.fields' : 'NULL AS fields'},
                 u.item_id IS NOT NULL AS seen, coalesce(u.hidden, false) AS hidden
               FROM items i
               LEFT JOIN embeddings e ON e.catalog = i.catalog AND e.space = $3 AND e.item_id = i.item_id
               LEFT JOIN (
                 SELECT item_id, bool_or(type = 'hide' AND value > 0 AND NOT retracted) AS hidden
                 FROM events WHERE catalog = $1 AND user_id = $2 AND item_id = ANY($4) GROUP BY item_id
               ) u ON u.item_id = i.item_id
               WHERE i.catalog = $1 AND i.item_id = ANY($4) AND i.fields IS NOT NULL`,
        values: [catalog, user ?? null, space ?? '', items],
      });
      return rows.map((row) => ({
        item: row.item,
        available: row.available,
        seen: row.seen,
        hidden: row.hidden,
        fields: row.fields ?? undefined,
        createdAtMs: row.created_at_ms,
        embeddingChange: row.change ?? undefined,
      }));
    },

    async page(catalog, after, countMax) {
      const { rows } = await database.query<PageKey>(
        `SELECT item_id AS item, created_at_ms AS "createdAtMs" FROM items
         WHERE catalog = $1 AND fields IS NOT NULL
           AND ($2::bigint IS NULL OR created_at_ms < $2 OR (created_at_ms = $2 AND item_id > $3))
         ORDER BY created_at_ms DESC, item_id LIMIT $4`,
        [catalog, after?.createdAtMs ?? null, after?.item ?? '', countMax],
      );
      return rows;
    },
  };
}
