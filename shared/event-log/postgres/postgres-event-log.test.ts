import { randomBytes } from 'node:crypto';
import { type TestDatabase, testDatabase } from '@kindred/infra/postgres/test-database';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADVISORY_LOCKS } from '../../platform/advisory-locks.ts';
import { eventLogContract } from '../event-log.contract.ts';
import { CATALOG, messageOf, RecordingHandler, until, userOf } from '../event-log.fixture.ts';
import type { EventLog } from '../event-log.ts';
import { PostgresEventLog } from './postgres-event-log.ts';

/** The server is shared with other databases, whose logs take locks of the same class. */
const OWN_LOCKS = `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = ${ADVISORY_LOCKS.eventLogConsumer[0]} AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

let testing: TestDatabase;

describe('the PostgreSQL event log', () => {
  eventLogContract({
    deletes: true,
    start: async () => {
      testing = await testDatabase();
      return async () => {
        await testing.database.query('TRUNCATE event_log RESTART IDENTITY');
        const opened: EventLog[] = [];
        return {
          open: () => {
            const log = new PostgresEventLog({ database: testing.database, databaseUrl: testing.url });
            opened.push(log);
            return log;
          },
          appendForeign: async (value) => {
            await testing.database.query('SELECT append_to_event_log($1, $2, $3)', [[CATALOG], ['foreign'], [value]]);
          },
          dispose: async () => {
            await Promise.all(opened.map((log) => log.close()));
          },
        };
      };
    },
    stop: () => testing.drop(),
  });
});

describe('over several connections, the PostgreSQL event log', () => {
  let own: TestDatabase;
  let log: EventLog;
  beforeAll(async () => {
    own = await testDatabase();
  });
  afterAll(() => own.drop());

  async function withLog(work: (handler: RecordingHandler) => Promise<void>): Promise<void> {
    await own.database.query('TRUNCATE event_log RESTART IDENTITY');
    log = new PostgresEventLog({ database: own.database, databaseUrl: own.url });
    const handler = new RecordingHandler();
    try {
      await work(handler);
    } finally {
      await log.close();
    }
  }

  /** The same log as another process would open it. */
  function closing({ pollMs }: { readonly pollMs: number }): EventLog & AsyncDisposable {
    const other = new PostgresEventLog({ database: own.database, databaseUrl: own.url, pollMs });
    return Object.assign(other, { [Symbol.asyncDispose]: () => other.close() });
  }

  test('never skips a message whose transaction commits late', () =>
    withLog(async (handler) => {
      await log.consume(handler, { batchSizeMax: 10, onError: () => {} });
      await log.append([messageOf('early')]);
      await until(() => handler.applied.length === 1);
      await using late = await connection(own.url);
      await late.query('BEGIN');
      const { rows } = await late.query('SELECT append_to_event_log($1, $2, $3) AS offsets', [
        [CATALOG],
        [userOf('late')],
        [Buffer.from('late')],
      ]);
      const after = log.append([messageOf('after')]);
      await until(async () => (await waitingForLock(own)) === 1);
      expect(handler.texts()).toEqual(['early']);
      await late.query('COMMIT');
      const [position] = await after;
      expect(position?.offset).toBeGreaterThan(Number(rows[0].offsets[0]));
      await until(() => handler.applied.length === 3);
      expect(handler.texts()).toEqual(['early', 'late', 'after']);
    }));

  test('passes over the offsets of a transaction that was rolled back', () =>
    withLog(async (handler) => {
      await log.append([messageOf('before')]);
      await using client = await connection(own.url);
      await client.query('BEGIN');
      await client.query('SELECT append_to_event_log($1, $2, $3)', [[CATALOG], ['nobody'], [Buffer.from('undone')]]);
      await client.query('ROLLBACK');
      const [position] = await log.append([messageOf('after')]);
      expect(position).toEqual({ partition: 0, offset: 3 });
      const consumer = await log.consume(handler, { batchSizeMax: 10, onError: () => {} });
      await until(() => handler.applied.length === 2);
      expect(await consumer.lag()).toBe(0);
    }));

  test('hears at once of an append by another process', () =>
    withLog(async (handler) => {
      await using other = closing({ pollMs: 60_000 });
      await other.consume(handler, { batchSizeMax: 10, onError: () => {} });
      await until(async () => (await listeners(own)) === 1);
      await log.append([messageOf('first')]);
      await until(() => handler.applied.length === 1);
      await log.append([messageOf('second')]);
      await until(() => handler.applied.length === 2);
    }));

  test('finds messages by polling when the hint is lost', () =>
    withLog(async (handler) => {
      await log.consume(handler, { batchSizeMax: 10, onError: () => {} });
      await until(async () => (await listeners(own)) === 1);
      await own.database.query(
        "INSERT INTO event_log (catalog, user_id, value, appended_at_ms) VALUES ('main', 'silent', 'x', 0)",
      );
      await until(() => handler.applied.length === 1);
    }));

  test('goes on over a new connection when its own is cut', () =>
    withLog(async (handler) => {
      const errors: unknown[] = [];
      await log.consume(handler, { batchSizeMax: 10, onError: (error) => errors.push(error) });
      await log.append([messageOf('before')]);
      await until(() => handler.applied.length === 1);
      await own.database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kindred event log' AND datname = current_database()",
      );
      await log.append([messageOf('after')]);
      await until(() => handler.applied.length === 2);
      expect(handler.texts()).toEqual(['before', 'after']);
      expect(errors.length).toBe(1);
    }));

  test('lets one consumer read at a time, and another when it goes', () =>
    withLog(async (handler) => {
      const second = new RecordingHandler();
      await using other = closing({ pollMs: 50 });
      const consumer = await log.consume(handler, { batchSizeMax: 10, onError: () => {} });
      await log.append([messageOf('one')]);
      await until(() => handler.applied.length === 1);
      await other.consume(second, { batchSizeMax: 10, onError: () => {} });
      await log.append([messageOf('two')]);
      await until(() => handler.applied.length === 2);
      expect(second.applied).toEqual([]);
      await consumer.stop();
      await until(() => second.applied.length === 2);
    }));

  test('reads large messages in batches of bounded bytes', () =>
    withLog(async (handler) => {
      const size = 5 * 1024 * 1024;
      const sizes: number[] = [];
      handler.beforeApply = async ({ messages }) => void sizes.push(messages.length);
      for (let index = 0; index < 6; index++) {
        await log.append([{ ...messageOf(`large ${index}`), value: randomBytes(size) }]);
      }
      await log.consume(handler, { batchSizeMax: 100, onError: () => {} });
      await until(() => handler.applied.length === 6);
      expect(sizes).toEqual([4, 2]);
    }));

  test('shares one write among appends that wait', () =>
    withLog(async () => {
      const positions = await Promise.all(
        Array.from({ length: 500 }, (_, index) => log.append([messageOf(`message ${index}`)])),
      );
      expect(new Set(positions.map(([position]) => position?.offset)).size).toBe(500);
      expect(await count(own, 'SELECT count(DISTINCT xmin::text) FROM event_log')).toBeLessThanOrEqual(5);
    }));

  test('says so when an append fails, and takes the next', () =>
    withLog(async () => {
      await own.database.query('ALTER TABLE event_log RENAME TO event_log_away');
      await expect(log.append([messageOf('lost')])).rejects.toThrow('event_log');
      await own.database.query('ALTER TABLE event_log_away RENAME TO event_log');
      await expect(log.append([messageOf('kept')])).resolves.toHaveLength(1);
    }));
});

async function count(testing: TestDatabase, sql: string): Promise<number> {
  const { rows } = await testing.database.query<{ count: string }>(sql);
  return Number(rows[0]?.count);
}

function waitingForLock(testing: TestDatabase): Promise<number> {
  return count(testing, `${OWN_LOCKS} AND NOT granted`);
}

function listeners(testing: TestDatabase): Promise<number> {
  return count(testing, `${OWN_LOCKS} AND objid = 2 AND granted`);
}

async function connection(url: string): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}
