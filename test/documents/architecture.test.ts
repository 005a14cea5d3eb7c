import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../house/repository.ts';
import { ownersTable, TABLE_OWNERS } from '../structure/table-owners.ts';

test('the architecture page shows each table with its one writer and its readers', () => {
  expect(readFileSync(join(ROOT, 'docs', 'ARCHITECTURE.md'), 'utf8')).toContain(ownersTable(TABLE_OWNERS));
});
