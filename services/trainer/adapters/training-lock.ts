import type { CatalogId } from '@kindred/shared/id';
import { ADVISORY_LOCKS } from '@kindred/shared/platform/advisory-locks';
import type { Database } from '@kindred/shared/platform/database';

/**
 * Holds a catalog's training for this process while `work` runs, by an advisory lock on a connection of its own:
 * PostgreSQL frees it however this process dies.
 * @returns `undefined` if another process holds it; `work` was not begun.
 */
export async function whileTraining<T>(
  database: Database,
  catalog: CatalogId,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const client = await database.connect();
  // A connection that breaks while it is idle says so by an event alone, and takes the lock with it.
  client.on('error', () => {});
  try {
    const { rows } = await client.query<{ owned: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS owned', [
      ADVISORY_LOCKS.catalogTraining,
      catalog,
    ]);
    return rows[0]!.owned ? await work() : undefined;
  } finally {
    // Closed, not given back: that frees the lock in whatever state the connection is.
    client.release(true);
  }
}
