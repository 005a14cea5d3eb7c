import type { CatalogId, SpaceId } from '@kindred/shared/id';
import type { Database } from '@kindred/shared/platform/database';

/** An embedding as the database has it, with the hash of the text that it is of. */
interface StoredEmbedding {
  readonly item: string;
  readonly textHash: Buffer;
  readonly vector: Buffer;
}

/** A catalog's embeddings in one space, for another database to take over. */
export interface CopiedEmbeddings {
  readonly space: SpaceId;
  readonly rows: readonly StoredEmbedding[];
}

/** @returns `undefined` where the catalog has no embeddings that serve. */
export async function readEmbeddings(database: Database, catalog: CatalogId): Promise<CopiedEmbeddings | undefined> {
  const { rows } = await database.query<StoredEmbedding & { space: SpaceId }>(
    `SELECT space, item_id AS item, text_hash AS "textHash", vector FROM embeddings JOIN spaces USING (catalog, space)
     WHERE catalog = $1 AND state = 'serving'`,
    [catalog],
  );
  const first = rows[0];
  return first && { space: first.space, rows };
}

/**
 * Stores embeddings of items that a catalog is about to get: an item that comes with the same text is not embedded again.
 * Those of another space than the catalog's are left.
 */
export async function storeEmbeddings(
  database: Database,
  catalog: CatalogId,
  { space, rows }: CopiedEmbeddings,
): Promise<void> {
  await database.query(
    `INSERT INTO embeddings (catalog, space, item_id, change, text_hash, vector)
     SELECT $1, $2, item_id, next_change(), text_hash, vector
     FROM unnest($3::text[], $4::bytea[], $5::bytea[]) AS given (item_id, text_hash, vector)
     WHERE EXISTS (SELECT FROM spaces WHERE catalog = $1 AND space = $2 AND state = 'serving')
     ON CONFLICT DO NOTHING`,
    [
      catalog,
      space,
      rows.map(({ item }) => item),
      rows.map(({ textHash }) => textHash),
      rows.map(({ vector }) => vector),
    ],
  );
}
