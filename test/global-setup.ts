import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalPostgres, removeLocalPostgres } from '@kindred/infra/postgres/local-postgres';
import { migrate } from '@kindred/infra/postgres/migrate';
import { onServer } from '@kindred/infra/postgres/test-database';
import type { TestProject } from 'vitest/node';

/** Starts one PostgreSQL server for the whole run; each test file makes its database from a migrated template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-test-'));
  const postgres = await LocalPostgres.start({ folder });
  await onServer(postgres.url, 'CREATE DATABASE kindred_template');
  const template = new URL(postgres.url);
  template.pathname = '/kindred_template';
  await migrate(template.href);
  project.provide('postgresUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await removeLocalPostgres(folder);
  };
}
