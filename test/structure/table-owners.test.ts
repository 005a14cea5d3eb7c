import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, repositoryFiles } from '../house/repository.ts';
import { readSchema } from './schema.ts';
import { disallowedUses, TABLE_OWNERS } from './table-owners.ts';
import { tableUses } from './table-use.ts';

const schema = await readSchema(join(ROOT, 'infra', 'migrations'));
const uses = await tableUses(
  repositoryFiles(ROOT).filter(({ path, isTest }) => !isTest && /^(services|shared|infra)\//.test(path)),
  schema,
);

test('the owners name every table of the schema, each once', () => {
  expect(TABLE_OWNERS.map(({ table }) => table).sort()).toEqual([...schema.tables].sort());
});

test('a service writes only its own tables, and reads those that it is named a reader of', () => {
  expect(disallowedUses(uses, TABLE_OWNERS)).toEqual([]);
});

test.each(TABLE_OWNERS)(
  '$table is written by $writer and has the readers that are named',
  ({ table, writer, readers }) => {
    const own = uses.filter((use) => use.table === table);
    expect(new Set(own.filter(({ isWrite }) => isWrite).map(({ by }) => by))).toEqual(new Set([writer]));
    const others = own.filter(({ isWrite, by }) => !isWrite && by !== writer);
    expect([...new Set(others.map(({ by }) => by))].sort()).toEqual(readers);
  },
);
