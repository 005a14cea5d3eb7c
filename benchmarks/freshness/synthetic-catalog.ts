import { createHash } from 'node:crypto';
import { postgresCatalogStore } from '@kindred/ingestion/adapters/postgres-catalog-store';
import { type KnownModel, spaceOf } from '@kindred/shared/embedding/known-models';
import { catalogIdSchema } from '@kindred/shared/id';
import { type Random, seededRandom } from '@kindred/shared/numeric/random';
import { type Database, openDatabase, transaction } from '@kindred/shared/platform/database';

export const CATALOG = catalogIdSchema.parse('freshness');
export const CATALOG_PATH = `/v1/catalogs/${CATALOG}`;
export const ITEM_COUNT = 10_000;

const CHUNK = 1_000;

/**
 * Makes the catalog in a migrated database: items with a title and an embedding of their own, drawn at random and stored
 * past the model, so that a run need not wait minutes for texts to be embedded.
 * @returns A hash of all embeddings.
 */
export async function fillSyntheticCatalog(url: string, model: KnownModel, seed: number): Promise<string> {
  const database = openDatabase({ url, connectionsMax: 1, onError: () => {} });
  try {
    const { name, dimensions } = model;
    await postgresCatalogStore(database).create(CATALOG, { space: spaceOf(model), model: name, dimensions });
    const random = seededRandom(seed);
    const hash = createHash('sha256');
    for (let start = 0; start < ITEM_COUNT; start += CHUNK) {
      const items = Array.from({ length: CHUNK }, (_, index) => itemOf(start + index));
      const vectors = items.map(() => unitVector(dimensions, random));
      for (const vector of vectors) hash.update(vector);
      await store(database, model, items, vectors);
    }
    return hash.digest('hex');
  } finally {
    await database.end();
  }
}

/** The id of an item by its number, from 0 to `ITEM_COUNT − 1`. */
export function itemOf(number: number): string {
  return `item-${number}`;
}

async function store(
  database: Database,
  model: KnownModel,
  items: readonly string[],
  vectors: readonly Buffer[],
): Promise<void> {
  await transaction(database, async (client) => {
    await client.query('SELECT next_change()');
    await client.query(
      `INSERT INTO items SELECT $1, id, nextval('changes'), jsonb_build_object('title', id), 0, sha256(id::bytea)
       FROM unnest($2::text[]) AS id`,
      [CATALOG, items],
    );
    await client.query(
      `INSERT INTO embeddings SELECT $1, $2, id, nextval('changes'), sha256(id::bytea), vector
       FROM unnest($3::text[], $4::bytea[]) AS given (id, vector)`,
      [CATALOG, spaceOf(model), items, vectors],
    );
  });
}

function unitVector(dimensions: number, random: Random): Buffer {
  const vector = Float32Array.from({ length: dimensions }, () => random() + random() + random() - 1.5);
  const norm = Math.hypot(...vector);
  return Buffer.from(vector.map((each) => each / norm).buffer);
}
