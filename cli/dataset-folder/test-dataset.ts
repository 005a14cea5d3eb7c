import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@kindred/shared/hash';
import { writeTestFile } from './test-folder.ts';

export interface TestDataset {
  readonly name?: string;
  readonly time?: boolean;
  readonly train: string;
  readonly test?: string;
  readonly items?: string;
  readonly coldItems?: string;
}

/** Writes a data-set folder with right checksums, in which 4 is the least value of a positive. @returns Its path. */
export function writeTestDataset(parent: string, dataset: TestDataset): string {
  const { name = 'books', time = false, train, test, items, coldItems } = dataset;
  const folder = mkdtempSync(join(parent, 'dataset-'));
  const contents = { 'train.tsv.gz': train, 'test.tsv.gz': test, 'items.jsonl.gz': items, 'cold-items.txt': coldItems };
  const files: Record<string, string> = {};
  for (const [file, content] of Object.entries(contents)) {
    if (content === undefined) continue;
    writeTestFile(folder, file, content);
    files[file] = sha256(content);
  }
  writeFileSync(join(folder, 'dataset.json'), JSON.stringify({ name, time, positive: { valueAtLeast: 4 }, files }));
  return folder;
}
