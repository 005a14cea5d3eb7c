import { DataError } from '@kindred/cli/dataset-folder/data-error';
import { writeTestDataset } from '@kindred/cli/dataset-folder/test-dataset';
import { testFolder } from '@kindred/cli/dataset-folder/test-folder';
import { MAIN_CATALOG } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { datasetContent } from './import-content.ts';

const folder = testFolder();
const TRAIN = 'user\titem\tvalue\n';

async function imported(dataset: { readonly items?: string; readonly train: string }) {
  const path = writeTestDataset(folder, dataset);
  const items: unknown[] = [];
  const events: unknown[] = [];
  for (const part of await datasetContent(path, { catalog: MAIN_CATALOG, takes: () => true })) {
    for await (const batch of part.batches('2026-01-31T12:00:00Z')) {
      items.push(...batch.items);
      events.push(...batch.events);
    }
  }
  return { items, events };
}

test('gives the items of a data set and its training rows as events', async () => {
  const { items, events } = await imported({ items: '{"id":"a","title":"A"}\n', train: `${TRAIN}u\ta\t5\n` });
  expect(items).toEqual([{ id: 'a', title: 'A' }]);
  expect(events).toMatchObject([{ user: 'u', item: 'a', type: 'save', value: 5, at: '2026-01-31T12:00:00Z' }]);
});

test.each([
  ['{"id":"a"}\n\n{"id":"b","available":"yes"}\n', 'items.jsonl.gz, line 3, available: must be true or false'],
  ['{"id":"a"}\n{"id":"b","creator":7}\n', 'items.jsonl.gz, line 2, creator: must be a string'],
  ['{"id":"a","colour":"red"}\n', 'items.jsonl.gz, line 1, colour: '],
  ['{"id":"a"}\n{"id":\n', 'items.jsonl.gz, line 2: is not JSON'],
])('names file, line and field of an item that is refused: %j', async (items, message) => {
  const refused = imported({ items, train: `${TRAIN}u\ta\t5\n` });
  await expect(refused).rejects.toThrow(DataError);
  await expect(refused).rejects.toThrow(message);
});

test.each([
  [`${TRAIN}u\ta\t5\n${'u'.repeat(300)}\ta\t5\n`, 'train.tsv.gz, line 3, user: must be at most 256 bytes'],
  [`${TRAIN}u\ta\tmany\n`, 'train.tsv.gz, line 2, value: must be a number'],
])('names file, line and field of a training row that is refused', async (train, message) => {
  const refused = imported({ items: '{"id":"a"}\n', train });
  await expect(refused).rejects.toThrow(DataError);
  await expect(refused).rejects.toThrow(message);
});
