import type { TestDatabase } from '@kindred/infra/postgres/test-database';
import { bytesOf } from '@kindred/shared/numeric/vector';
import { transaction } from '@kindred/shared/platform/database';

/** Items and embeddings of the catalog `main`, written past the services: a test decides the vectors. */
export interface VectorRows {
  /** Writes items with their vectors, in place of earlier ones. @returns The last change. */
  put(vectors: ReadonlyMap<string, Float32Array>): Promise<number>;
  /** Deletes items as the ingestion service does. @returns The last change. */
  delete(ids: readonly string[]): Promise<number>;
}

const SPACE = 'fault-space';

/** Makes the space that serves the catalog `main`. */
export async function vectorRows({ database }: TestDatabase, dimensions: number): Promise<VectorRows> {
  const write = (statements: readonly (readonly [sql: string, values: readonly unknown[]])[]): Promise<number> =>
    transaction(database, async (client) => {
      await client.query('SELECT next_change()');
      for (const [sql, values] of statements) await client.query(sql, [...values]);
      const { rows } = await client.query<{ change: number }>(`SELECT currval('changes') AS change`);
      return rows[0]!.change;
    });
  await write([
    [`INSERT INTO spaces VALUES ('main', $1, 'none', $2, 'serving', nextval('changes'))`, [SPACE, dimensions]],
  ]);
  return {
    put: (vectors) =>
      write([
        [
          `INSERT INTO items SELECT 'main', id, nextval('changes'), '{}', 0, '\\x00' FROM unnest($1::text[]) AS id
           ON CONFLICT (catalog, item_id) DO UPDATE
           SET fields = excluded.fields, text_hash = excluded.text_hash, change = excluded.change`,
          [[...vectors.keys()]],
        ],
        [
          `INSERT INTO embeddings SELECT 'main', $1, id, nextval('changes'), '\\x00', vector
           FROM unnest($2::text[], $3::bytea[]) AS given (id, vector)
           ON CONFLICT (catalog, space, item_id) DO UPDATE SET vector = excluded.vector, change = excluded.change`,
          [SPACE, [...vectors.keys()], [...vectors.values()].map(bytesOf)],
        ],
      ]),
    delete: (ids) =>
      write([
        [`DELETE FROM embeddings WHERE catalog = 'main' AND item_id = ANY($1)`, [ids]],
        [
          `UPDATE items SET fields = NULL, text_hash = NULL, change = nextval('changes')
           WHERE catalog = 'main' AND item_id = ANY($1)`,
          [ids],
        ],
      ]),
  };
}
