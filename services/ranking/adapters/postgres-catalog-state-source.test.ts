import { testDatabase } from '@kindred/infra/postgres/test-database';
import type { CatalogId } from '@kindred/shared/id';
import { afterAll } from 'vitest';
import {
  type CatalogStateSourceUnderTest,
  catalogStateSourceContract,
} from '../catalog-state/catalog-state-source.contract.ts';
import { postgresCatalogStateSource } from './postgres-catalog-state-source.ts';

const { database, drop } = await testDatabase();
afterAll(drop);

let catalogs = 0;

async function create(): Promise<CatalogStateSourceUnderTest> {
  const catalog = `c${catalogs++}` as CatalogId;
  const run = async (sql: string, ...values: readonly unknown[]): Promise<void> => {
    await database.query(sql, [catalog, ...values]);
  };
  await run('INSERT INTO catalogs VALUES ($1, 0)');
  return {
    source: postgresCatalogStateSource(database),
    catalog,
    putItems: (entries) =>
      run(
        `INSERT INTO items SELECT $1, item, next_change(), jsonb_build_object('available', available), created_at_ms, NULL
         FROM unnest($2::text[], $3::boolean[], $4::bigint[]) AS given (item, available, created_at_ms)`,
        entries.map(({ item }) => item),
        entries.map(({ available }) => available),
        entries.map(({ createdAtMs }) => createdAtMs),
      ),
    rankItems: async (entries) => {
      await run(
        `INSERT INTO item_counters (catalog, item_id, short_value, long_value, decayed_to_ms, short_rank, long_rank)
         SELECT $1, item, 0, 0, 0, short, long
         FROM unnest($2::text[], $3::float8[], $4::float8[]) AS given (item, short, long)`,
        entries.map(({ item }) => item),
        entries.map(({ ranks }) => ranks.short ?? null),
        entries.map(({ ranks }) => ranks.long ?? null),
      );
      // Counters follow from events, which are numbered.
      await run(
        `INSERT INTO events (catalog, event_id, user_id, item_id, type, value, at_ms, change)
         SELECT $1, gen_random_uuid()::text, 'user', 'item', 'save', 1, 0, nextval('event_changes')`,
      );
    },
    removeItem: (item) =>
      run('UPDATE items SET fields = NULL, change = next_change() WHERE catalog = $1 AND item_id = $2', item),
    embed: (space, item) => run(`INSERT INTO embeddings VALUES ($1, $2, $3, next_change(), '', '')`, space, item),
    serve: async (space) => {
      await run(`UPDATE spaces SET state = 'retired' WHERE catalog = $1`);
      await run(`INSERT INTO spaces VALUES ($1, $2, 'm', 1, 'serving', next_change())`, space);
    },
    erase: () =>
      run(
        `INSERT INTO erasures (catalog, user_hash, log, partition, before_offset, change)
         VALUES ($1, '', 'log', 0, 0, nextval('event_changes'))`,
      ),
    serveArtifact: async (version) => {
      await run(`INSERT INTO artifacts VALUES ($1, $2, 0, 0, '{}', '')`, version);
      await run(
        'INSERT INTO serving_artifacts VALUES ($1, $2) ON CONFLICT (catalog) DO UPDATE SET version = excluded.version',
        version,
      );
    },
    withdrawArtifacts: () => run('UPDATE serving_artifacts SET version = NULL WHERE catalog = $1'),
  };
}

catalogStateSourceContract(create, 40);
