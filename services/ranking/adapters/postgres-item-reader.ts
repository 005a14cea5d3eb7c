import type { ItemFields } from '@kindred/shared/catalog';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import type { Database } from '@kindred/shared/platform/database';
import { LRUCache } from 'lru-cache';
import type { ItemReader, ItemRow, ItemView, PageKey } from '../reads/item-reader.ts';

/** Changes looked through at once; after more, all rows of the catalog are read anew. */
const CHANGES_MAX = 1_000;
const CATALOGS_MAX = 10_000;
/** What a row takes besides its fields. */
const ROW_BYTES = 300;

/** Up to which change the kept rows of a catalog hold. */
interface Mark {
  change: number;
  /** Part of the rows' keys: raising it forgets them all. */
  generation: number;
}

/**
 * Reads items from PostgreSQL and keeps the rows used last. Each view first asks what has changed since the last one and
 * forgets that: change numbers rise in commit order, so what is kept is what the store holds when the view is made.
 * @param bytesMax  What the rows may take, about.
 */
export function postgresItemReader(database: Database, bytesMax: number): ItemReader {
  const kept = new LRUCache<string, ItemRow>({ maxSize: bytesMax, sizeCalculation: ({ bytes }) => bytes + ROW_BYTES });
  const marks = new LRUCache<CatalogId, Mark>({ max: CATALOGS_MAX });
  let generations = 0;

  // Ids hold no control characters, so these keys cannot be mistaken for one another.
  const keyOf = (mark: Mark, space: SpaceId | undefined, item: ItemId): string =>
    `${mark.generation}\n${space ?? ''}\n${item}`;

  const anew = async (catalog: CatalogId): Promise<Mark> => {
    const change = await headOf(database, catalog);
    const known = marks.get(catalog);
    if (known !== undefined && known.change >= change) return known;
    const mark = { change, generation: generations++ };
    marks.set(catalog, mark);
    return mark;
  };

  const current = async (catalog: CatalogId): Promise<Mark> => {
    const mark = marks.get(catalog);
    if (mark === undefined) return anew(catalog);
    const changed = await changedSince(database, catalog, mark.change);
    if (changed.length === 0) return mark;
    if (changed.length > CHANGES_MAX) return anew(catalog);
    for (const { item, space } of changed) {
      kept.delete(keyOf(mark, space, item));
      kept.delete(keyOf(mark, undefined, item));
    }
    mark.change = changed.reduce((highest, { change }) => Math.max(highest, change), mark.change);
    return mark;
  };

  const view = async (catalog: CatalogId): Promise<ItemView> => {
    const mark = await current(catalog);
    return {
      async rows(space, items) {
        const found = new Map<ItemId, ItemRow>();
        const missing: ItemId[] = [];
        for (const item of items) {
          const row = kept.get(keyOf(mark, space, item));
          if (row === undefined) missing.push(item);
          else found.set(item, row);
        }
        if (missing.length === 0) return found;
        const before = mark.change;
        for (const row of await readRows(database, { catalog, space, items: missing })) {
          found.set(row.item, row);
          // What another view has forgotten meanwhile must not come back.
          if (mark.change === before) kept.set(keyOf(mark, space, row.item), row);
        }
        return found;
      },
    };
  };

  return {
    view,
    kept(catalog, space, items) {
      const mark = marks.get(catalog);
      if (mark === undefined) return new Map();
      return new Map(
        items.flatMap((item) => {
          const row = kept.get(keyOf(mark, space, item));
          return row === undefined ? [] : [[item, row] as const];
        }),
      );
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

async function headOf(database: Database, catalog: CatalogId): Promise<number> {
  const { rows } = await database.query<{ change: number }>({
    name: 'items-head',
    text: `SELECT greatest((SELECT max(change) FROM items WHERE catalog = $1),
             (SELECT max(change) FROM embeddings WHERE catalog = $1), 0) AS change`,
    values: [catalog],
  });
  return rows[0]!.change;
}

async function changedSince(
  database: Database,
  catalog: CatalogId,
  change: number,
): Promise<readonly { readonly item: ItemId; readonly space: SpaceId | undefined; readonly change: number }[]> {
  const { rows } = await database.query<{ item: ItemId; space: SpaceId | null; change: number }>({
    name: 'items-changed',
    text: `(SELECT i.item_id AS item, s.space, i.change FROM items i LEFT JOIN spaces s ON s.catalog = i.catalog
            WHERE i.catalog = $1 AND i.change > $2 LIMIT ${CHANGES_MAX + 1})
           UNION ALL
           (SELECT item_id, space, change FROM embeddings WHERE catalog = $1 AND change > $2 LIMIT ${CHANGES_MAX + 1})`,
    values: [catalog, change],
  });
  return rows.map((row) => ({ ...row, space: row.space ?? undefined }));
}

async function readRows(
  database: Database,
  {
    catalog,
    space,
    items,
  }: { readonly catalog: CatalogId; readonly space: SpaceId | undefined; readonly items: readonly ItemId[] },
): Promise<readonly ItemRow[]> {
  const { rows } = await database.query<{
    item: ItemId;
    change: number;
    fields: ItemFields;
    bytes: number;
    created_at_ms: number;
    embedding_change: number | null;
  }>({
    name: 'item-rows',
    text: `SELECT i.item_id AS item, i.change, i.fields, octet_length(i.fields::text) AS bytes, i.created_at_ms,
             e.change AS embedding_change
           FROM items i LEFT JOIN embeddings e ON e.catalog = i.catalog AND e.space = $2 AND e.item_id = i.item_id
           WHERE i.catalog = $1 AND i.item_id = ANY($3) AND i.fields IS NOT NULL`,
    values: [catalog, space ?? '', items],
  });
  return rows.map((row) => ({
    item: row.item,
    change: row.change,
    fields: row.fields,
    bytes: row.bytes,
    available: row.fields.available ?? true,
    createdAtMs: row.created_at_ms,
    embeddingChange: row.embedding_change ?? undefined,
  }));
}
