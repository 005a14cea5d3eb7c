import { join } from 'node:path';
import { LocalPostgres } from '@kindred/infra/postgres/local-postgres';
import { migrate } from '@kindred/infra/postgres/migrate';
import { type Database, openDatabase } from '@kindred/shared/platform/database';

/** Passes over a whole catalog take their time. */
const STATEMENT_TIMEOUT_MS = 600_000;
const CONNECTIONS_MAX = 2;
const READ_ONLY = '-c default_transaction_read_only=on';

/**
 * Starts the database of a folder that no engine runs on, uses it, and stops it whatever happens.
 * @throws {FolderInUseError} when an engine does.
 */
export function withDatabase<T>(folder: string, use: (database: Database) => Promise<T>): Promise<T> {
  return withPostgres(
    folder,
    async (url) => {
      await migrate(url);
      return url;
    },
    use,
  );
}

/**
 * The same for reading alone: the server refuses to write, and tables stay in the form that they have.
 * @throws {FolderInUseError} as above.
 */
export function withReadOnlyDatabase<T>(folder: string, use: (database: Database) => Promise<T>): Promise<T> {
  return withPostgres(folder, async (url) => `${url}?options=${encodeURIComponent(READ_ONLY)}`, use);
}

async function withPostgres<T>(
  folder: string,
  opened: (url: string) => Promise<string>,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  const postgres = await LocalPostgres.start({ folder: join(folder, 'postgres') });
  try {
    const database = openDatabase({
      url: await opened(postgres.url),
      connectionsMax: CONNECTIONS_MAX,
      // What a broken connection leaves undone fails by itself.
      onError: () => {},
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    });
    return await use(database).finally(() => database.end());
  } finally {
    await postgres.stop();
  }
}
