import { execFileSync } from 'node:child_process';
import { testDatabase } from '@kindred/infra/postgres/test-database';
import type { CatalogId } from '@kindred/shared/id';
import { createLog } from '@kindred/shared/platform/log';
import { createRegistry } from '@kindred/shared/platform/metrics';
import { afterAll, expect, test, vi } from 'vitest';
import { postgresArtifactStore } from './adapters/postgres-artifact-store.ts';
import { postgresCatalogHistories } from './adapters/postgres-catalog-histories.ts';
import { ProcessTrainingRunner } from './adapters/process-training-runner.ts';
import { whileTraining } from './adapters/training-lock.ts';
import { trainerMeter } from './metrics.ts';
import { Schedule } from './schedule.ts';
import { TrainingQueue } from './training-queue.ts';

// Trainings give way to whatever else the machine does.
vi.setConfig({ testTimeout: 300_000 });

const own = await testDatabase();
const { database, url, drop } = own;
const store = postgresArtifactStore(database);
const histories = postgresCatalogHistories(database);
const log = createLog('test', 'error');
const newQueue = (databaseUrl = url, now = Date.now): TrainingQueue => {
  const runner = new ProcessTrainingRunner({ databaseUrl });
  return new TrainingQueue({ runner, meter: trainerMeter(createRegistry()), log, now });
};
const queue = newQueue();
const schedule = new Schedule({ queue, store, histories, hours: 6, log });
afterAll(async () => {
  schedule.stop();
  await queue.stop();
  await drop();
});

const HOUR_MS = 3_600_000;
const HALF_A_DAY_MS = 12 * HOUR_MS;
/** Nothing listens there. */
const NO_DATABASE = 'postgres://127.0.0.1:1/none';

/** A catalog of thirty items whose users saved five each. */
async function newCatalog(name: string, users: number, database = own.database): Promise<CatalogId> {
  const catalog = name as CatalogId;
  await database.query('INSERT INTO catalogs VALUES ($1, 0)', [catalog]);
  await database.query(
    `INSERT INTO items SELECT $1, 'i' || n, nextval('changes'), jsonb_build_object('title', 'part ' || n), 0
     FROM generate_series(0, 29) AS n`,
    [catalog],
  );
  await database.query(
    `INSERT INTO events (catalog, event_id, user_id, item_id, type, value, at_ms, change)
     SELECT $1, 'e' || u || '-' || n, 'u' || u, 'i' || (u * 7 + n) % 30, 'save', 1, 0, nextval('event_changes')
     FROM generate_series(1, $2::int) AS u, generate_series(1, 5) AS n`,
    [catalog, users],
  );
  return catalog;
}

/** Erases users as ranking does it. */
async function erase(catalog: CatalogId, users: string, database = own.database): Promise<void> {
  await database.query('DELETE FROM events WHERE catalog = $1 AND user_id LIKE $2', [catalog, users]);
  await database.query(
    `INSERT INTO erasures (catalog, user_hash, log, partition, before_offset, change)
     VALUES ($1, $2, 'log', 0, 5, nextval('event_changes'))`,
    [catalog, Buffer.from(users)],
  );
}

const ageBy = (catalog: CatalogId, ms: number) =>
  database.query('UPDATE artifacts SET trained_at_ms = trained_at_ms - $2 WHERE catalog = $1', [catalog, ms]);
const versionsOf = async (catalog: CatalogId): Promise<readonly number[]> =>
  (await store.versions(catalog)).map(({ version }) => version);

test('a look trains what has grown enough, once; a catalog that is too small waits', async () => {
  const [large, small] = [await newCatalog('large', 100), await newCatalog('small', 99)];
  await schedule.look();
  expect([await versionsOf(large), await versionsOf(small)]).toEqual([[1], []]);
  await schedule.look();
  await ageBy(large, HALF_A_DAY_MS);
  await schedule.look();
  expect(await versionsOf(large)).toEqual([1]);
  await database.query(
    `UPDATE events SET change = nextval('event_changes') WHERE catalog = 'large' AND user_id LIKE 'u1%'`,
  );
  await schedule.look();
  expect(await versionsOf(large)).toEqual([2, 1]);
});

test('half a day after an erasure no version holds the user, and none serves where nobody is left', async () => {
  const [some, none] = [await newCatalog('some-left', 100), await newCatalog('none-left', 100)];
  await schedule.look();
  await erase(some, 'u1%');
  await erase(none, 'u%');
  await schedule.look();
  expect([await versionsOf(some), await versionsOf(none)]).toEqual([[1], [1]]);
  for (const catalog of [some, none]) await ageBy(catalog, HALF_A_DAY_MS);
  await schedule.look();
  expect(await store.versions(some)).toMatchObject([
    { version: 2, isServing: true, summary: { counts: { users: 88 } } },
    { version: 1, isServing: false },
  ]);
  expect(await versionsOf(none)).toEqual([]);
  await schedule.look();
  expect(await versionsOf(some)).toEqual([2]);
});

test('a catalog that another process trains is left to it, and free again when that process is gone', async () => {
  const catalog = await newCatalog('contended', 20);
  const other = newQueue();
  await whileTraining(database, catalog, async () => {
    const training = await other.add(catalog).ended;
    expect(training).toMatchObject({ state: 'failed', reason: expect.stringMatching(/another trainer/) });
  });
  expect(await other.add(catalog).ended).toMatchObject({ state: 'trained', version: 1 });
  await other.stop();
});

test('stopping ends what runs without a version, and nothing that waits begins', async () => {
  const [first, second] = [await newCatalog('stopped', 100), await newCatalog('waiting', 100)];
  const other = newQueue();
  const ends = [other.add(first).ended, other.add(second).ended];
  for (let looks = 0; (other.of(first)?.progress.length ?? 0) < 3 && looks < 10_000; looks++)
    await new Promise((done) => setTimeout(done, 1));
  await other.stop();
  expect(await Promise.all(ends)).toMatchObject([
    { state: 'failed', reason: 'the training was stopped' },
    { state: 'failed', reason: 'the trainer is stopping' },
  ]);
  expect(await versionsOf(first)).toEqual([]);
  // Its connections are gone, and the lock with them.
  expect(await queue.add(first).ended).toMatchObject({ state: 'trained' });
});

test('a training whose process is killed fails with a reason; the next one begins', async () => {
  const [first, second] = [await newCatalog('killed', 100), await newCatalog('after-killed', 100)];
  const ends = [queue.add(first).ended, queue.add(second).ended];
  for (let looks = 0; (queue.of(first)?.progress.length ?? 0) < 3 && looks < 10_000; looks++)
    await new Promise((done) => setTimeout(done, 1));
  const pid = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'training-process'], { encoding: 'utf8' });
  process.kill(Number(pid), 'SIGKILL');
  expect(await Promise.all(ends)).toMatchObject([
    { state: 'failed', reason: expect.stringMatching(/ended by SIGKILL/) },
    { state: 'trained', version: 1 },
  ]);
  expect(await versionsOf(first)).toEqual([]);
});

test('a catalog whose training fails is tried again after six hours, and after twice as long each time', async () => {
  const { database, drop } = await testDatabase();
  const catalog = await newCatalog('failing', 100, database);
  const startMs = Date.now();
  let nowMs = startMs;
  const now = (): number => nowMs;
  const queue = newQueue(NO_DATABASE, now);
  const [store, histories] = [postgresArtifactStore(database), postgresCatalogHistories(database)];
  const schedule = new Schedule({ queue, store, histories, hours: 6, log, now });
  const asked = new Set<number>();
  for (; nowMs <= startMs + 72 * HOUR_MS; nowMs += HOUR_MS) {
    await schedule.look();
    asked.add(queue.of(catalog)!.askedAtMs);
  }
  expect([...asked].map((ms) => (ms - startMs) / HOUR_MS)).toEqual([0, 6, 18, 42]);
  await drop();
});

test('a catalog that cannot be looked at is looked at less and less often, within a bound; others keep their turn', async () => {
  const { database, drop } = await testDatabase();
  const [store, histories] = [postgresArtifactStore(database), postgresCatalogHistories(database)];
  const summary = { counts: { items: 0, users: 0, pairs: 0 }, parameters: {}, judged: {}, hasRanker: false, tookMs: 0 };
  const save = (catalog: CatalogId): Promise<number> =>
    store.save(catalog, { bytes: Uint8Array.of(1), trainedAtMs: 0, eventsChange: 0, summary });
  const [broken, whole] = [await newCatalog('broken', 1, database), await newCatalog('whole', 1, database)];
  for (const catalog of [broken, whole, broken, whole]) await save(catalog);
  await database.query(`CREATE SEQUENCE looks`);
  // A sequence keeps what it counts although the exception takes all else back.
  await database.query(`CREATE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM nextval('looks'); RAISE EXCEPTION 'this one is broken'; END $$`);
  await database.query(`CREATE TRIGGER break_it BEFORE DELETE ON artifacts FOR EACH ROW
    WHEN (OLD.catalog = 'broken') EXECUTE FUNCTION break_it()`);
  for (const catalog of [broken, whole]) await erase(catalog, 'u1', database);
  const startMs = Date.now();
  let nowMs = startMs;
  const now = (): number => nowMs;
  const schedule = new Schedule({ queue: newQueue(NO_DATABASE, now), store, histories, hours: 0, log, now });
  const minutes: number[] = [];
  for (; nowMs <= startMs + 15 * HOUR_MS; nowMs += 10 * 60_000) {
    await schedule.look();
    const { rows } = await database.query<{ count: number }>(`SELECT nextval('looks') - 1 AS count`);
    if (rows[0]!.count > 0) minutes.push((nowMs - startMs) / 60_000);
    await database.query(`ALTER SEQUENCE looks RESTART`);
    if (nowMs === startMs) expect((await store.versions(whole)).length).toBe(1);
  }
  expect(minutes).toEqual([0, 10, 30, 70, 150, 310, 550, 790]);
  await drop();
});
