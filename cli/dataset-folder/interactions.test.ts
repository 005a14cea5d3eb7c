import { expect, test } from 'vitest';
import { type InteractionLine, readInteractions } from './interactions.ts';
import { testFolder, writeTestFile } from './test-folder.ts';

const folder = testFolder();

async function rowsOf(content: string): Promise<InteractionLine[]> {
  const rows: InteractionLine[] = [];
  for await (const batch of readInteractions(writeTestFile(folder, 'train.tsv.gz', content))) rows.push(...batch);
  return rows;
}

test('reads rows with their lines, blank lines left out and quotes taken as they are', async () => {
  expect(await rowsOf('user\titem\tvalue\r\nu\t"i"\t4.5\r\n\nv\ti\t-1')).toEqual([
    { line: 2, interaction: { user: 'u', item: '"i"', value: 4.5 } },
    { line: 4, interaction: { user: 'v', item: 'i', value: -1 } },
  ]);
});

test('reads times where the header has them', async () => {
  expect(await rowsOf('user\titem\tvalue\tat\nu\ti\t1\t2026-01-31T12:00:00Z\n')).toEqual([
    { line: 2, interaction: { user: 'u', item: 'i', value: 1, at: '2026-01-31T12:00:00Z' } },
  ]);
});

test('tells what is wrong with a row and reads the others', async () => {
  expect(await rowsOf('user\titem\tvalue\nu\ti\nu\ti\tmany\nu\ti\t1\n')).toEqual([
    { line: 2, problem: { field: '', reason: 'has 2 cells, the header 3' } },
    { line: 3, problem: { field: 'value', reason: 'must be a number' } },
    { line: 4, interaction: { user: 'u', item: 'i', value: 1 } },
  ]);
});

test('refuses a file with another header or none', async () => {
  await expect(rowsOf('item\tuser\tvalue\nu\ti\t1\n')).rejects.toThrow(/must begin with the line/);
  await expect(rowsOf('')).rejects.toThrow(/must begin with the line/);
});
