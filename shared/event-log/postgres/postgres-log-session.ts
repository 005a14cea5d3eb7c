import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ADVISORY_LOCKS } from '../../platform/advisory-locks.ts';
import type { Message } from '../event-log.ts';
import { decodeHeaders } from './message-headers.ts';

const QUERY_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * A reader's own connection to the table `event_log`: it holds the lock that says who consumes, and listens for appends.
 * Lock and reads share the connection, so a session that can read still holds the lock.
 */
export class PostgresLogSession {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** @param onAppend  Called after an append; possibly without one, and not at all while the connection is broken. */
  static async open(databaseUrl: string, onAppend: () => void): Promise<PostgresLogSession> {
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
    const session = new PostgresLogSession(client);
    try {
      await client.connect();
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  /** @returns True if the lock is ours now; it stays ours until the session closes or its connection breaks. */
  async tryToOwn(): Promise<boolean> {
    const { rows } = await this.#client.query<{ owned: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS owned', [
      ...ADVISORY_LOCKS.eventLogConsumer,
    ]);
    const isOwned = rows[0]?.owned === true;
    // A session that waits for the lock has no use for notifications.
    if (isOwned) await this.#client.query('LISTEN event_log');
    return isOwned;
  }

  /**
   * @returns Messages at `from` and after, offsets rising: at most `countMax`, and about `bytesMax` but at least one.
   * Erased messages have no value.
   */
  async read(
    from: number,
    { countMax, bytesMax }: { readonly countMax: number; readonly bytesMax: number },
  ): Promise<readonly Message[]> {
    const { rows } = await this.#client.query<Row>(READ, [from, countMax, bytesMax]);
    return rows.map(messageOf);
  }

  async close(): Promise<void> {
    await Promise.race([this.#client.end().catch(() => {}), sleep(CLOSE_TIMEOUT_MS)]);
  }
}

interface Row {
  readonly log_offset: number | string;
  readonly value: Buffer | null;
  readonly headers: Buffer | null;
  readonly appended_at_ms: number | string;
}

// The inner LIMIT bounds the work; the running sum then cuts the page before the message that passes the bytes.
const READ = `
  SELECT log_offset, value, headers, appended_at_ms
  FROM (
    SELECT page.*, sum(coalesce(octet_length(value), 0)) OVER (ORDER BY log_offset) - coalesce(octet_length(value), 0) AS bytes_before
    FROM (
      SELECT log_offset, value, headers, appended_at_ms FROM event_log WHERE log_offset >= $1 ORDER BY log_offset LIMIT $2
    ) AS page
  ) AS measured
  WHERE bytes_before < $3
  ORDER BY log_offset`;

function messageOf(row: Row): Message {
  return {
    partition: 0,
    offset: Number(row.log_offset),
    value: row.value,
    appendedAtMs: Number(row.appended_at_ms),
    headers: decodeHeaders(row.headers),
  };
}
