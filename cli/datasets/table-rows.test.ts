import { expect, test } from 'vitest';
import { testFolder, writeTestFile } from '../dataset-folder/test-folder.ts';
import { datRows } from './dat-rows.ts';
import { headerOf, type TableRow, tableRows } from './table-rows.ts';

const folder = testFolder();

async function all(rows: AsyncGenerator<readonly TableRow[]>): Promise<TableRow[]> {
  const found: TableRow[] = [];
  for await (const batch of rows) found.push(...batch);
  return found;
}

test('gives the cells of the asked columns in the asked order, by line', async () => {
  const path = writeTestFile(folder, 'rows.csv.gz', '\ufeffa, b ,c\r\n1,2,3\r\n\n"x, y","two\nlines",z\n');
  expect(await headerOf(path)).toEqual(['a', 'b', 'c']);
  expect(await all(tableRows(path, ['c', 'b']))).toEqual([
    { line: 2, cells: ['3', '2'] },
    { line: 4, cells: ['z', 'two\nlines'] },
  ]);
});

test('separates a TSV file at tabs', async () => {
  expect(await all(tableRows(writeTestFile(folder, 'rows.tsv', 'a\tb\n1,5\t2\n'), ['a']))).toEqual([
    { line: 2, cells: ['1,5'] },
  ]);
});

test('tells what is wrong with a row and reads the others', async () => {
  const path = writeTestFile(folder, 'bad.csv', 'a,b\n1\n2,"3" 4\n5,6\n');
  expect(await all(tableRows(path, ['b']))).toEqual([
    { line: 2, problem: { field: '', reason: 'has 1 cells, the header 2' } },
    { line: 3, problem: { field: '', reason: 'has text between the end of a quoted field and the next separator' } },
    { line: 4, cells: ['6'] },
  ]);
});

test('names the columns that a file lacks, and those that it has', async () => {
  const path = writeTestFile(folder, 'other.csv', 'a,b\n1,2\n');
  await expect(all(tableRows(path, ['user', 'a', 'item']))).rejects.toThrow(
    /other\.csv has no column "user" and no "item"; it has a, b/,
  );
  await expect(all(tableRows(writeTestFile(folder, 'empty.csv', ''), ['a']))).rejects.toThrow(/empty\.csv is empty/);
});

test('reads the .dat form, in Latin-1 too, with the separator in a title', async () => {
  const content = Buffer.concat([
    Buffer.from('1::Léon (1994)::Action|Drama\r\n\n', 'latin1'),
    Buffer.from('2::Amélie (2001)::Comedy\n3::Face::Off (1997)::Action\n4::Heat (1995)\n'),
  ]);
  expect(await all(datRows(writeTestFile(folder, 'movies.dat', content), 3))).toEqual([
    { line: 1, cells: ['1', 'Léon (1994)', 'Action|Drama'] },
    { line: 3, cells: ['2', 'Amélie (2001)', 'Comedy'] },
    { line: 4, cells: ['3', 'Face::Off (1997)', 'Action'] },
    { line: 5, problem: { field: '', reason: 'has 2 cells instead of 3' } },
  ]);
});
