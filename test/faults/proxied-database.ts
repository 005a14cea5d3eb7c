import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalPostgres, removeLocalPostgres } from '@kindred/infra/postgres/local-postgres';
import { migrate } from '@kindred/infra/postgres/migrate';
import type { TestDatabase } from '@kindred/infra/postgres/test-database';
import { openDatabase } from '@kindred/shared/platform/database';
import { type CuttableProxy, startProxy } from './proxy.ts';

/** A PostgreSQL of its own that services reach through a proxy, and tests past it. */
export interface ProxiedDatabase {
  /** Its URL leads through the proxy, its pool does not. */
  readonly database: TestDatabase;
  readonly proxy: CuttableProxy;
  /** Process of the server now: it is started again when it was killed. */
  pid(): number;
  /** To be called after `database.drop`. */
  stop(): Promise<void>;
}

export async function startProxiedDatabase(): Promise<ProxiedDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-outage-'));
  const postgres = await LocalPostgres.start({ folder });
  await migrate(postgres.url);
  const proxy = await startProxy(Number(new URL(postgres.url).port));
  const throughProxy = new URL(postgres.url);
  throughProxy.port = String(proxy.port);
  const database = openDatabase({ url: postgres.url, connectionsMax: 5, onError: () => {} });
  return {
    database: { url: throughProxy.href, database, drop: () => database.end() },
    proxy,
    pid: () => postgres.pid,
    stop: async () => {
      await proxy.cut();
      await postgres.stop();
      await removeLocalPostgres(folder);
    },
  };
}
