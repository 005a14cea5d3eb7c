import { testDatabase } from '@kindred/infra/postgres/test-database';
import { afterAll, describe } from 'vitest';
import { deadLettersContract } from '../events/dead-letters.contract.ts';
import { postgresDeadLetters } from './postgres-dead-letters.ts';

const { database, drop } = await testDatabase();
afterAll(drop);

describe('dead letters in PostgreSQL', () => {
  deadLettersContract(() => postgresDeadLetters(database));
});
