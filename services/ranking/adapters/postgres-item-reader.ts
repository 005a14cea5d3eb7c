import type { ItemFields } from '@kindred/shared/catalog';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import type { Database } from '@kindred/shared/platform/database';
import { LRUCache } from 'lru-cache';
import type { ItemReader, ItemRow, ItemView, PageKey } from '../reads/item-reader.ts';

/** Changes looked through at once; with more of them, all rows of the catalog are read again. */
const CHANGES_MAX = 1_000;
const CATALOGS_MAX = 10_000;
/** Size of a row besides its fields. */
const ROW_BYTES = 300;

/** Highest change number that the cached rows of a catalog reflect. */
interface Mark {
  change: number;
  /** Part of the rows' keys: raising it forgets them all. */
  generation: number;
}

/**
 * Reads items from PostgreSQL and caches the rows used last. Each view first asks what has changed since the last one and forgets
 * that: change numbers rise in commit order, so the cached rows are those of the store when the view is made.
 */
export class PostgresItemReader implements ItemReader {
  readonly #database: Database;
  readonly #rows: LRUCache<string, ItemRow>;
  readonly #marks = new LRUCache<CatalogId, Mark>({ max: CATALOGS_MAX });
  #generations = 0;

  /** @param bytesMax  Approximate size of all cached rows. */
  constructor(database: Database, bytesMax: number) {
    this.#database = database;
    this.#rows = new LRUCache({ maxSize: bytesMax, sizeCalculation: ({ bytes }) => bytes + ROW_BYTES });
  }

  async view(catalog: CatalogId): Promise<ItemView> {
    const mark = await this.#currentMark(catalog);
    return { rows: (space, items) => this.#read(catalog, mark, space, items) };
  }

  kept(catalog: CatalogId, space: SpaceId | undefined, items: readonly ItemId[]): ReadonlyMap<ItemId, ItemRow> {
    const mark = this.#marks.get(catalog);
    return mark === undefined ? new Map() : this.#cached(mark, space, items);
  }

  async page(catalog: CatalogId, after: PageKey | undefined, countMax: number): Promise<readonly PageKey[]> {
    const { rows } = await this.#database.query<PageKey>(
      `SELECT item_id AS item, created_at_ms AS "createdAtMs" FROM items
       WHERE catalog = $1 AND fields IS NOT NULL
         AND ($2::bigint IS NULL OR created_at_ms < $2 OR (created_at_ms = $2 AND item_id > $3))
       ORDER BY created_at_ms DESC, item_id LIMIT $4`,
      [catalog, after?.createdAtMs ?? null, after?.item ?? '', countMax],
    );
    return rows;
  }

  async #currentMark(catalog: CatalogId): Promise<Mark> {
    const mark = this.#marks.get(catalog);
    if (mark === undefined) return this.#newMark(catalog);
    const changed = await changedSince(this.#database, catalog, mark.change);
    if (changed.length === 0) return mark;
    if (changed.length > CHANGES_MAX) return this.#newMark(catalog);
    for (const { item, space } of changed) {
      this.#rows.delete(keyOf(mark, space, item));
      this.#rows.delete(keyOf(mark, undefined, item));
    }
    mark.change = changed.reduce((highest, { change }) => Math.max(highest, change), mark.change);
    return mark;
  }

  /** A mark under which nothing is cached, unless another view has made a later one already. */
  async #newMark(catalog: CatalogId): Promise<Mark> {
    const change = await headOf(this.#database, catalog);
    const known = this.#marks.get(catalog);
    if (known !== undefined && known.change >= change) return known;
    const mark = { change, generation: this.#generations++ };
    this.#marks.set(catalog, mark);
    return mark;
  }

  async #read(
    catalog: CatalogId,
    mark: Mark,
    space: SpaceId | undefined,
    items: readonly ItemId[],
  ): Promise<ReadonlyMap<ItemId, ItemRow>> {
    const found = this.#cached(mark, space, items);
    if (found.size === items.length) return found;
    const before = mark.change;
    const missing = items.filter((item) => !found.has(item));
    if (missing.length === 0) return found;
    for (const row of await readRows(this.#database, { catalog, space, items: missing })) {
      found.set(row.item, row);
      // A row that another view has forgotten in between must not come back.
      if (mark.change === before) this.#rows.set(keyOf(mark, space, row.item), row);
    }
    return found;
  }

  #cached(mark: Mark, space: SpaceId | undefined, items: readonly ItemId[]): Map<ItemId, ItemRow> {
    const found = new Map<ItemId, ItemRow>();
    for (const item of items) {
      const row = this.#rows.get(keyOf(mark, space, item));
      if (row !== undefined) found.set(item, row);
    }
    return found;
  }
}

/** Ids hold no control characters, so no two rows have the same key. */
function keyOf(mark: Mark, space: SpaceId | undefined, item: ItemId): string {
  return `${mark.generation}\n${space ?? ''}\n${item}`;
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
