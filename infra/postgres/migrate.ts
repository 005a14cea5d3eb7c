import { join } from 'node:path';
import { runner } from 'node-pg-migrate';

/** Brings the database to the newest schema. Safe to call from several processes at once: each waits for the other. */
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
