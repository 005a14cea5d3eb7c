import { join } from 'node:path';
import { runner } from 'node-pg-migrate';

/** Brings the database to the newest schema. Concurrent calls, from any process, wait for each other. */
export async function migrate(databaseUrl: string): Promise<void> {
  await runner({
    databaseUrl,
    dir: join(import.meta.dirname, '..', 'migrations'),
    direction: 'up',
    migrationsTable: 'migrations',
    log: () => {},
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
}
