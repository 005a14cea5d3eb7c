import pg from 'pg';

export type Database = pg.Pool;
export type Transaction = pg.PoolClient;

// 64-bit integers are change numbers, offsets and milliseconds here, all below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

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
  return pool;
}

/** Runs `work` in one transaction: committed when it resolves, rolled back when it throws. */
export async function transaction<T>(database: Database, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const client = await database.connect();
  // A connection that breaks while it is ours also emits 'error'; the query at hand reports it.
  const ignore = (): void => {};
  client.on('error', ignore);
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
    client.off('error', ignore);
    client.release(broken);
  }
}
