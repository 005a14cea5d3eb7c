import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ADVISORY_LOCKS } from '../../platform/advisory-locks.ts';
import type { Message } from '../event-log.ts';

/**
 * A reader's own connection to the table `event_log`: it holds the lock that says who consumes, and listens for appends.
 * The lock and the reads share the connection, so whoever reads still holds the lock.
 */
export interface PostgresLogSession {
  /** @returns Whether the lock is ours now; it stays ours until the session closes or its connection breaks. */
  tryToOwn(): Promise<boolean>;
  /**
   * @returns Messages at `from` and after, offsets rising: at most `countMax`, and about `bytesMax` but at least one.
   * Those that were erased have no value.
   */
  read(from: number, limits: { readonly countMax: number; readonly bytesMax: number }): Promise<readonly Message[]>;
  close(): Promise<void>;
}

const QUERY_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 1_000;

/** @param onAppend  Called when somebody appended; may be called for nothing, and not at all while the connection is broken. */
export async function openPostgresLogSession(databaseUrl: string, onAppend: () => void): Promise<PostgresLogSession> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 5_000,
    statement_timeout: QUERY_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS + 5_000,
    keepAlive: true,
    application_name: 'kindred event log',
  });
  // Without a listener a broken connection would end the process; the next query reports it.
  client.on('error', () => {});
  client.on('notification', onAppend);
  const close = async (): Promise<void> => {
    await Promise.race([client.end().catch(() => {}), sleep(CLOSE_TIMEOUT_MS)]);
  };
  try {
    await client.connect();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    tryToOwn: async () => {
      const { rows } = await client.query<{ owned: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS owned', [
        ...ADVISORY_LOCKS.eventLogConsumer,
      ]);
      const isOwned = rows[0]?.owned === true;
      // Who waits for the lock has nothing to hear of.
      if (isOwned) await client.query('LISTEN event_log');
      return isOwned;
    },
    read: async (from, { countMax, bytesMax }) => {
      const { rows } = await client.query<Row>(READ, [from, countMax, bytesMax]);
      return rows.map(toMessage);
    },
    close,
  };
}

interface Row {
  readonly log_offset: number | string;
  readonly value: Buffer | null;
  readonly appended_at_ms: number | string;
}

// The inner LIMIT bounds the work; the running sum then cuts the page before the message that passes the bytes.
const READ = `
  SELECT log_offset, value, appended_at_ms
  FROM (
    SELECT page.*, sum(coalesce(octet_length(value), 0)) OVER (ORDER BY log_offset) - coalesce(octet_length(value), 0) AS bytes_before
    FROM (
      SELECT log_offset, value, appended_at_ms FROM event_log WHERE log_offset >= $1 ORDER BY log_offset LIMIT $2
    ) AS page
  ) AS measured
  WHERE bytes_before < $3
  ORDER BY log_offset`;

function toMessage(row: Row): Message {
  return {
    partition: 0,
    offset: Number(row.log_offset),
    value: row.value,
    appendedAtMs: Number(row.appended_at_ms),
    headers: {},
  };
}
