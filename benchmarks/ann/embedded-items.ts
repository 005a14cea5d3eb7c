import { join } from 'node:path';
import { postgresChangeFeed } from '@kindred/index/adapters/postgres-change-feed';
import { LocalPostgres } from '@kindred/infra/postgres/local-postgres';
import type { FilterFields } from '@kindred/shared/filter';
import { type CatalogId, compareIds, type ItemId } from '@kindred/shared/id';
import { openDatabase } from '@kindred/shared/platform/database';

export interface EmbeddedItem {
  readonly item: ItemId;
  readonly fields: FilterFields;
  /** Unit length. */
  readonly vector: Float32Array;
}

/** Everything that the index holds of a catalog. */
export interface EmbeddedItems {
  readonly dimensions: number;
  /** Sorted by id. */
  readonly items: readonly EmbeddedItem[];
}

const PAGE = 1_000;

/**
 * Reads the serving space of a catalog from the database of a folder, as the index service does. No server may run on it.
 * @throws Error when the catalog has no space that serves.
 */
export async function readEmbeddedItems(folder: string, catalog: CatalogId): Promise<EmbeddedItems> {
  const postgres = await LocalPostgres.start({ folder: join(folder, 'postgres') });
  const database = openDatabase({ url: postgres.url, connectionsMax: 2, onError: () => {} });
  try {
    const feed = postgresChangeFeed(database);
    const { head: upTo } = await feed.origin();
    const space = (await feed.spaces()).find((each) => each.catalog === catalog && each.state === 'serving');
    if (space === undefined) throw new Error(`no space of ${catalog} serves`);
    const fieldsOf = new Map<ItemId, FilterFields>();
    const items: EmbeddedItem[] = [];
    await eachPage(
      (after) => feed.items({ after, upTo }, PAGE),
      (row) => {
        if (row.catalog === catalog && row.fields !== undefined) fieldsOf.set(row.item, row.fields);
      },
    );
    await eachPage(
      (after) => feed.embeddings(space, { after, upTo }, PAGE),
      ({ item, vector }) => {
        const fields = fieldsOf.get(item);
        if (fields !== undefined) items.push({ item, fields, vector });
      },
    );
    return { dimensions: space.dimensions, items: items.sort((a, b) => compareIds(a.item, b.item)) };
  } finally {
    await database.end();
    await postgres.stop();
  }
}

async function eachPage<Row extends { readonly change: number }>(
  read: (after: number) => Promise<readonly Row[]>,
  visit: (row: Row) => void,
): Promise<void> {
  for (let after = 0; ; ) {
    const page = await read(after);
    page.forEach(visit);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.change;
  }
}
