import { expect, test } from 'vitest';
import { readColdItems, readItems } from './dataset-items.ts';
import { writeTestDataset } from './test-dataset.ts';
import { testFolder } from './test-folder.ts';

const folder = testFolder();
const train = 'user\titem\tvalue\nu\ti\t4\n';

async function itemsOf(items: string | undefined): Promise<unknown[]> {
  const read: unknown[] = [];
  for await (const item of readItems(writeTestDataset(folder, { train, items }))) read.push(item);
  return read;
}

test('streams the items of a data set, none where it has identifiers only', async () => {
  expect(await itemsOf('{"id": "a", "title": "A"}\n\n{"id": "b"}\n')).toEqual([{ id: 'a', title: 'A' }, { id: 'b' }]);
  expect(await itemsOf(undefined)).toEqual([]);
});

test('refuses a row that is no item, by its line', async () => {
  await expect(itemsOf('{"id": "a"}\n{"id": 7}\n')).rejects.toThrow(/items\.jsonl\.gz, line 2, id: must be a string/);
  await expect(itemsOf('{"id": "a"}\n{\n')).rejects.toThrow(/items\.jsonl\.gz, line 2: is not JSON/);
});

test('reads the cold items', async () => {
  expect(await readColdItems(writeTestDataset(folder, { train, coldItems: 'b\r\na\n' }))).toEqual(['b', 'a']);
  await expect(readColdItems(writeTestDataset(folder, { train }))).rejects.toThrow(/has no cold-items\.txt/);
});
