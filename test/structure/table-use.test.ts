import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseSource } from '../house/source-file.ts';
import { readSchema } from './schema.ts';
import { disallowedUses, type TableOwner } from './table-owners.ts';
import { tableUses } from './table-use.ts';

const folder = mkdtempSync(join(tmpdir(), 'kindred-schema-'));
afterAll(() => rm(folder, { recursive: true }));
writeFileSync(
  join(folder, '0001_first.sql'),
  `CREATE TABLE old_items (id text); -- “first”
   CREATE TABLE gone (id text);
   CREATE FUNCTION add_item(id text) RETURNS bigint LANGUAGE plpgsql AS $$
   BEGIN
     IF EXISTS (SELECT FROM catalogs) THEN INSERT INTO items VALUES (id); END IF;
     RETURN nextval('changes');
   END $$;`,
);
writeFileSync(join(folder, '0002_second.sql'), 'ALTER TABLE old_items RENAME TO items; DROP TABLE gone;');
const schema = await readSchema(folder);

async function used(code: string, path = 'services/index/any.ts'): Promise<readonly string[]> {
  const uses = await tableUses([parseSource(path, code)], schema);
  return uses.map(({ table, isWrite }) => `${isWrite ? 'writes' : 'reads'} ${table}`).sort();
}

test('a schema has the tables that are left after the last migration', () => {
  expect([...schema.tables]).toEqual(['items']);
});

test.each([
  ['INSERT INTO a SELECT * FROM b ON CONFLICT (id) DO UPDATE SET c = 1', ['reads b', 'writes a']],
  ['UPDATE a SET b = c.b FROM c', ['reads c', 'writes a']],
  ['DELETE FROM a USING b', ['reads b', 'writes a']],
  ['TRUNCATE a, b', ['reads a', 'reads b', 'writes a', 'writes b']],
  ['COPY a FROM STDIN BINARY', ['writes a']],
  ['COPY (SELECT * FROM a) TO STDOUT', ['reads a']],
  ['MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE', ['reads b', 'writes a']],
  ['WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone', ['writes a', 'writes b']],
  ['SELECT * FROM a AS x JOIN b ON true FOR UPDATE OF x SKIP LOCKED', ['reads a', 'reads b']],
  ['SELECT * INTO a FROM b', ['reads b', 'writes a']],
  ['SELECT pg_advisory_lock(1), * FROM pg_database', []],
])('finds what is read and written: %s', async (sql, expected) => {
  expect(await used(`query(\`${sql}\`);`)).toEqual(expected);
});

test('finds what a function of the schema reads and writes', async () => {
  expect(await used(`query('SELECT add_item($1)');`)).toEqual(['reads catalogs', 'writes items']);
});

test('fills in constants of the same file, and a stand-in for what it cannot know', async () => {
  const code = `
    const FILTER = 'EXISTS (SELECT FROM b)';
    const QUERY = \`SELECT * FROM a WHERE \${FILTER} LIMIT \${limitOf(4)}\`;
    query(\`DECLARE pages CURSOR FOR \${given}\`);
    query(\`FETCH \${PAGE_ROWS} FROM pages\`);`;
  expect(await used(code)).toEqual(['reads a', 'reads b']);
});

test('a table whose name is filled in is no known table', async () => {
  const uses = await tableUses([parseSource('services/index/any.ts', 'query(`DELETE FROM $' + '{name}`);')], schema);
  expect(disallowedUses(uses, [])).toEqual(['services/index/any.ts:1: unread_interpolation is no known table']);
});

test('sentences that begin like SQL, and comments, are no SQL', async () => {
  expect(await used(`log('Update the index'); throw new Error('with a reason'); // DELETE FROM a`)).toEqual([]);
});

test('refuses SQL that cannot be parsed and parts of statements that change rows, naming the place', async () => {
  await expect(used(`\nquery('SELECT FROM WHERE');`)).rejects.toThrow('services/index/any.ts:2 holds SQL');
  await expect(used(`const TAIL = ') DELETE FROM a';`)).rejects.toThrow('any.ts:1 changes rows in a part');
});

test('names the service that writes the table of another, and the reader that is not named', async () => {
  const owners: readonly TableOwner[] = [{ table: 'a', holds: 'rows', writer: 'ingestion', readers: ['index'] }];
  const code = `query('DELETE FROM a');\nquery('SELECT FROM a');`;
  const files = ['services/ingestion/x.ts', 'services/index/x.ts', 'shared/event-log/x.ts', 'infra/x.ts'];
  const uses = await tableUses(
    files.map((path) => parseSource(path, code)),
    schema,
  );
  expect(disallowedUses(uses, owners)).toEqual([
    'services/index/x.ts:1: index writes a, which belongs to ingestion',
    'shared/event-log/x.ts:1: ranking writes a, which belongs to ingestion',
    'shared/event-log/x.ts:2: ranking reads a, which belongs to ingestion',
    'infra/x.ts:1: infra writes a, which belongs to ingestion',
    'infra/x.ts:2: infra reads a, which belongs to ingestion',
  ]);
});
