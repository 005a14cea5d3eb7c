import { createHash } from 'node:crypto';
import { testDatabase } from '@kindred/infra/postgres/test-database';
import type { EventType } from '@kindred/shared/event';
import type { CatalogId, ItemId, SpaceId, UserId } from '@kindred/shared/id';
import { encodeArtifact } from '@kindred/shared/model/artifact';
import { packIds } from '@kindred/shared/numeric/packed-ids';
import { bytesOf } from '@kindred/shared/numeric/vector';
import { afterAll, expect, test } from 'vitest';
import { catalogBuilderContract } from '../catalog-state/catalog-builder.contract.ts';
import { DamagedArtifact } from '../catalog-state/catalog-builder.ts';
import { trainedCatalog } from '../sources/trained-catalog.fixture.ts';
import { WorkerCatalogBuilder } from './worker-catalog-builder.ts';

const { database, drop, url } = await testDatabase();
const builder = new WorkerCatalogBuilder(url);
afterAll(async () => {
  await builder.stop();
  await drop();
});

let [catalogs, events] = [0, 0];
async function newCatalog(): Promise<CatalogId> {
  const catalog = `c${catalogs++}` as CatalogId;
  await database.query('INSERT INTO catalogs VALUES ($1, 0)', [catalog]);
  return catalog;
}

interface StoredEvent {
  readonly user: UserId;
  readonly item: ItemId;
  readonly type: EventType;
  readonly isRetracted?: boolean;
}

async function store(catalog: CatalogId, stored: readonly StoredEvent[]): Promise<void> {
  for (const { user, item, type, isRetracted = false } of stored) {
    await database.query(
      `INSERT INTO events (catalog, event_id, user_id, item_id, type, value, at_ms, retracted, change)
       VALUES ($1, $2, $3, $4, $5, 1, 0, $6, nextval('event_changes'))`,
      [catalog, `event-${events++}`, user, item, type, isRetracted],
    );
  }
}

/** Stores an artifact in parts. */
async function storeArtifact(catalog: CatalogId, version: number, bytes: Uint8Array): Promise<void> {
  const sha256 = createHash('sha256').update(bytes).digest();
  await database.query(`INSERT INTO artifacts VALUES ($1, $2, 0, 0, '{}', $3)`, [catalog, version, sha256]);
  const middle = Math.floor(bytes.length / 2);
  for (const [part, slice] of [bytes.subarray(0, middle), bytes.subarray(middle)].entries()) {
    await database.query('INSERT INTO artifact_parts VALUES ($1, $2, $3, $4)', [
      catalog,
      version,
      part,
      Buffer.from(slice),
    ]);
  }
}

catalogBuilderContract(async () => {
  const catalog = await newCatalog();
  return {
    builder,
    catalog,
    engage: (user, items) =>
      store(
        catalog,
        items.map((item) => ({ user, item, type: 'save' })),
      ),
    embed: async (space, item, vector) => {
      await database.query(`INSERT INTO embeddings VALUES ($1, $2, $3, next_change(), '', $4)`, [
        catalog,
        space,
        item,
        bytesOf(vector),
      ]);
    },
    storeArtifact: (version, artifact) => storeArtifact(catalog, version, encodeArtifact(artifact)),
    damageArtifact: async (version) => {
      await database.query(
        'UPDATE artifact_parts SET bytes = set_byte(bytes, 9, 255 - get_byte(bytes, 9)) WHERE catalog = $1 AND version = $2 AND part = 1',
        [catalog, version],
      );
    },
  };
}, 20);

test('only engagements that count lead from item to item', async () => {
  const catalog = await newCatalog();
  const user = 'user' as UserId;
  const [a, b] = ['a' as ItemId, 'b' as ItemId];
  await store(catalog, [
    { user, item: a, type: 'click' },
    { user, item: b, type: 'dwell' },
    { user, item: 'c' as ItemId, type: 'impression' },
    { user, item: 'd' as ItemId, type: 'save', isRetracted: true },
  ]);
  expect((await builder.coEngagement(catalog)).items).toEqual([a, b]);
});

test('an artifact of another form is damaged for this version', async () => {
  const catalog = await newCatalog();
  const { items, model } = trainedCatalog(1);
  const bytes = encodeArtifact({ items: packIds(items), model, ranker: undefined, repeatShare: 0 });
  const place = Buffer.from(bytes).indexOf('"form":');
  expect(place).toBeGreaterThan(0);
  bytes[place + 7] = '9'.charCodeAt(0);
  await storeArtifact(catalog, 1, bytes);
  await expect(builder.trained(catalog, 1)).rejects.toThrow(DamagedArtifact);
});

test('a store that is unavailable is no damage', async () => {
  const away = new URL(url);
  away.pathname = '/nowhere';
  const other = new WorkerCatalogBuilder(away.href);
  const error = await other.trained('main' as CatalogId, 1).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(DamagedArtifact);
  await expect(other.mean('main' as CatalogId, 'space' as SpaceId)).rejects.toThrow();
  await other.stop();
});

test('a builder that was stopped fails what it was asked, and builds again when asked again', async () => {
  const catalog = await newCatalog();
  const other = new WorkerCatalogBuilder(url);
  const unanswered = other.coEngagement(catalog);
  const failed = expect(unanswered).rejects.toThrow();
  await other.stop();
  await failed;
  expect((await other.coEngagement(catalog)).items).toEqual([]);
  await other.stop();
});
