import { createHash, randomBytes } from 'node:crypto';
import { testDatabase } from '@kindred/infra/postgres/test-database';
import type { CatalogId } from '@kindred/shared/id';
import { afterAll, expect, test } from 'vitest';
import type { ArtifactSummary, ArtifactVersion } from '../artifact-store.ts';
import { postgresArtifactStore } from './postgres-artifact-store.ts';

const { database, drop } = await testDatabase();
const store = postgresArtifactStore(database);
afterAll(drop);

let catalogs = 0;
async function newCatalog(): Promise<CatalogId> {
  const catalog = `c${catalogs++}` as CatalogId;
  await database.query('INSERT INTO catalogs VALUES ($1, 0)', [catalog]);
  return catalog;
}

const summary: ArtifactSummary = {
  counts: { items: 3, users: 2, pairs: 4 },
  parameters: { lambda: 120 },
  judged: { ranker: 0.25, collaborative: 0.2, fusion: 0.1 },
  hasRanker: true,
  tookMs: 1_234,
};
const save = (catalog: CatalogId, bytes: Uint8Array, trainedAtMs = 1_000, eventsChange = 7): Promise<number> =>
  store.save(catalog, { bytes, trainedAtMs, eventsChange, summary });
const some = (): Uint8Array => randomBytes(100);
const servingOf = (versions: readonly ArtifactVersion[]): readonly number[] =>
  versions.filter(({ isServing }) => isServing).map(({ version }) => version);
const numbersOf = (versions: readonly ArtifactVersion[]): readonly number[] => versions.map(({ version }) => version);

async function partsOf(catalog: CatalogId): Promise<readonly { version: number; part: number; bytes: Buffer }[]> {
  const { rows } = await database.query(
    'SELECT version, part, bytes FROM artifact_parts WHERE catalog = $1 ORDER BY version, part',
    [catalog],
  );
  return rows;
}

test('a version that was saved serves, with its summary, its parts and their hash', async () => {
  const catalog = await newCatalog();
  expect(await store.versions(catalog)).toEqual([]);
  // More than two parts, and not a whole number of them.
  const bytes = randomBytes(9_000_001);
  expect(await save(catalog, bytes, 5_000, 42)).toBe(1);
  expect(await store.versions(catalog)).toEqual([
    { version: 1, trainedAtMs: 5_000, eventsChange: 42, summary, isServing: true },
  ]);
  const parts = await partsOf(catalog);
  expect(parts.map(({ part }) => part)).toEqual([0, 1, 2]);
  expect(Buffer.concat(parts.map((part) => part.bytes)).equals(bytes)).toBe(true);
  const { rows } = await database.query('SELECT sha256 FROM artifacts WHERE catalog = $1', [catalog]);
  expect(rows[0]?.sha256).toEqual(createHash('sha256').update(bytes).digest());
});

test('the last three versions are kept, each catalog’s by themselves', async () => {
  const [catalog, other] = [await newCatalog(), await newCatalog()];
  await save(other, some());
  for (let i = 1; i <= 5; i++) expect(await save(catalog, some())).toBe(i);
  const versions = await store.versions(catalog);
  expect(numbersOf(versions)).toEqual([5, 4, 3]);
  expect(servingOf(versions)).toEqual([5]);
  expect((await partsOf(catalog)).map(({ version }) => version)).toEqual([3, 4, 5]);
  expect(numbersOf(await store.versions(other))).toEqual([1]);
});

test('goes back to a version that is kept and to no other; the next one saved serves again', async () => {
  const catalog = await newCatalog();
  expect(await store.serve(catalog, 1)).toBe(false);
  for (let i = 1; i <= 4; i++) await save(catalog, some());
  expect(await store.serve(catalog, 2)).toBe(true);
  expect(servingOf(await store.versions(catalog))).toEqual([2]);
  expect(await store.serve(catalog, 1)).toBe(false);
  expect(await store.serve(catalog, 9)).toBe(false);
  expect(servingOf(await store.versions(catalog))).toEqual([2]);
  await save(catalog, some());
  expect(servingOf(await store.versions(catalog))).toEqual([5]);
});

test('a save that breaks off leaves nothing, and the version before goes on serving', async () => {
  const catalog = await newCatalog();
  await save(catalog, some());
  // Fails at its last part, as when the connection breaks there.
  await database.query('ALTER TABLE artifact_parts ADD CONSTRAINT torn CHECK (part < 2) NOT VALID');
  await expect(save(catalog, randomBytes(9_000_000))).rejects.toThrow(/torn/);
  await database.query('ALTER TABLE artifact_parts DROP CONSTRAINT torn');
  expect(await store.versions(catalog)).toMatchObject([{ version: 1, isServing: true }]);
  expect((await partsOf(catalog)).map(({ version }) => version)).toEqual([1]);
  expect(await save(catalog, some())).toBe(2);
});

test('saves at once of one catalog get versions of their own', async () => {
  const catalog = await newCatalog();
  const versions = await Promise.all([1, 2, 3].map(() => save(catalog, some())));
  expect([...versions].sort()).toEqual([1, 2, 3]);
  expect(servingOf(await store.versions(catalog))).toHaveLength(1);
});

test('versions that hold erased users go once they are old, but not the one that serves; all go when withdrawn', async () => {
  const catalog = await newCatalog();
  for (const [trainedAtMs, change] of [
    [1_000, 10],
    [2_000, 20],
    [3_000, 30],
  ] as const)
    await save(catalog, some(), trainedAtMs, change);
  await store.dropErased(catalog, 9_999);
  expect(numbersOf(await store.versions(catalog))).toEqual([3, 2, 1]);

  await database.query(
    `INSERT INTO erasures (catalog, user_hash, log, partition, before_offset, change) VALUES ($1, '\\x00', 'log', 0, 5, 35)`,
    [catalog],
  );
  await store.dropErased(catalog, 2_000);
  expect(numbersOf(await store.versions(catalog))).toEqual([3, 2]);
  await store.dropErased(catalog, 9_999);
  expect(numbersOf(await store.versions(catalog))).toEqual([3]);
  await save(catalog, some(), 4_000, 35);
  await store.dropErased(catalog, 3_500);
  expect(numbersOf(await store.versions(catalog))).toEqual([4]);

  await store.withdraw(catalog);
  expect(await store.versions(catalog)).toEqual([]);
  expect(await partsOf(catalog)).toEqual([]);
  expect(await store.serve(catalog, 4)).toBe(false);
  await store.withdraw(catalog);
  // A replica that has loaded the fourth must not take the next one for it.
  expect(await save(catalog, some())).toBe(5);
  expect(servingOf(await store.versions(catalog))).toEqual([5]);
});
