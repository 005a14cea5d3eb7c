import { expect, test } from 'vitest';
import { z } from 'zod';
import { ROOT, repositoryFiles } from '../house/repository.ts';
import { configurationPage } from './configuration-page.ts';
import { PROGRAMS } from './programs.ts';
import { variablesOf } from './variable.ts';

test('every configuration file that reads variables is documented', () => {
  const readers = repositoryFiles(ROOT)
    .filter(({ path, isTest }) => !isTest && /[/-]config[.]ts$/.test(path))
    .filter(({ tree }) => tree.text.includes('readConfig('))
    .map(({ path }) => path);
  expect([...new Set(PROGRAMS.map(({ file }) => file))].sort()).toEqual(readers);
});

test.each(PROGRAMS)('every variable of $name has a meaning and a range', ({ variables }) => {
  const without = variablesOf(variables).filter(({ description, range }) => description === '' || range === '');
  expect(without.map(({ name }) => name)).toEqual([]);
});

test('reads range, default and meaning through every layer of a schema', () => {
  const port = z.string().transform(Number).meta({ range: '0 to 9' });
  const schema = z
    .object({
      A: port.default(8).meta({ description: 'Port' }),
      B: z.enum(['on', 'off']).default('on').transform(Boolean).meta({ description: 'Switch' }),
      C: z.string().optional().meta({ description: 'Key', range: 'any text' }),
      D: z
        .string()
        .transform((text) => text.split(','))
        .pipe(z.array(z.string())),
      E: z.string().default('/here').meta({ shownDefault: '`.`' }),
      F: z.string().optional().meta({ isSetByTools: true }),
    })
    .superRefine(() => {});
  expect(variablesOf(schema)).toEqual([
    { name: 'A', description: 'Port', range: '0 to 9', default: '`8`' },
    { name: 'B', description: 'Switch', range: '`on`, `off`', default: '`on`' },
    { name: 'C', description: 'Key', range: 'any text', default: '' },
    { name: 'D', description: '', range: '', default: undefined },
    { name: 'E', description: '', range: '', default: '`.`' },
  ]);
});

test('programs that read the same share a row; other defaults are told apart, other meanings get a row of their own', () => {
  const program = (name: string, variable: z.ZodType) => ({ name, file: '', variables: z.object({ PORT: variable }) });
  const port = (value: string, description = 'Port') =>
    z.string().default(value).meta({ description, range: 'a port' });
  const page = configurationPage([
    program('one', port('1')),
    program('two', port('2')),
    program('three', port('2')),
    program('four', z.string().meta({ description: 'Other', range: 'a port' })),
  ]);
  expect(page.split('\n').slice(-4, -1)).toEqual([
    '| --- | --- | --- | --- | --- |',
    '| `PORT` | one, two, three | `1` (one), `2` (two, three) | a port | Port |',
    '| `PORT` | four | must be set | a port | Other |',
  ]);
});
