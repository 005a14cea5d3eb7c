import { testDatabase } from '@kindred/infra/postgres/test-database';
import type { CatalogId } from '@kindred/shared/id';
import { afterAll } from 'vitest';
import { historySourceContract } from '../reads/history-source.contract.ts';
import { postgresHistorySource } from './postgres-history-source.ts';

const { database, drop } = await testDatabase();
afterAll(drop);

let catalogs = 0;
historySourceContract(async () => {
  const catalog = `c${catalogs++}` as CatalogId;
  await database.query('INSERT INTO catalogs VALUES ($1, 0)', [catalog]);
  return {
    source: postgresHistorySource(database),
    catalog,
    store: async (user, events) => {
      await database.query(
        `INSERT INTO events (catalog, event_id, user_id, item_id, type, value, at_ms, retracted, change)
         SELECT $1, id, $2, item, type, value, at_ms, retracted, nextval('event_changes')
         FROM unnest($3::text[], $4::text[], $5::text[], $6::float8[], $7::bigint[], $8::boolean[])
           AS given (id, item, type, value, at_ms, retracted)`,
        [
          catalog,
          user,
          events.map(({ id }) => id),
          events.map(({ item }) => item),
          events.map(({ type }) => type),
          events.map(({ value }) => value),
          events.map(({ atMs }) => atMs),
          events.map(({ isRetracted }) => isRetracted),
        ],
      );
    },
    removeItem: async (item) => {
      await database.query('INSERT INTO items VALUES ($1, $2, next_change(), NULL, 0, NULL)', [catalog, item]);
    },
  };
}, 40);
