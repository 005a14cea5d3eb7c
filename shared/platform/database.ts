import pg from 'pg';
import type { Log } from './log.ts';

/** A bounded pool of connections. */
export type Database = pg.Pool;
/** A connection of the pool within a transaction. */
export type Transaction = pg.PoolClient;

// 64-bit integers are change numbers, offsets and milliseconds here, all below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Address and limits of a pool. */
export interface DatabaseOptions {
  readonly url: string;
  readonly connectionsMax: number;
  /** Told of errors of idle connections, which would end the process if nobody listened. */
  readonly onError: (error: Error) => void;
  readonly statementTimeoutMs?: number;
}

/** Opens a bounded pool; connects on first use. */
export function openDatabase({ url, connectionsMax, onError, statementTimeoutMs = 30_000 }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: 5_000,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 5_000,
    idle_in_transaction_session_timeout: 60_000,
    application_name: 'kindred',
  });
  pool.on('error', onError);
  // A connection that breaks while it is in use, or while it is being closed, says so by an event as well: the query at
  // hand reports it, and an event that nobody listens to would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** A service's own pool, which says in the log when a connection breaks. */
export function serviceDatabase(url: string, connectionsMax: number, log: Log): Database {
  return openDatabase({
    url,
    connectionsMax,
    onError: (error) => log.warn({ err: error }, 'a database connection broke'),
  });
}

/** Runs `work` in one transaction: committed when it resolves, rolled back when it throws. */
export async function transaction<T>(database: Database, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const client = await database.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** A statement that was ended, a deadlock and a lock that was not to be had: each may go well the next time. */
export function isDatabaseBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return /^(57014|40P01|55P03)$/.test(code) || error.message === 'Query read timeout';
}

/** Connection failures of PostgreSQL, by their system or SQL state codes, and the pool's own time-out. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|57P0[123]|08\w{3}|53300)$/.test(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    error.message,
  );
}
