import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@kindred/shared/hash';
import { writeTestFile } from './test-folder.ts';

export interface TestDataset {
  readonly name?: string;
  readonly time?: boolean;
  /** Least value of a positive; 4 if absent. */
  readonly positiveFrom?: number;
  readonly train: string;
  readonly test?: string;
  readonly items?: string;
  readonly coldItems?: string;
}

/** Writes a data-set folder with right checksums. @returns Its path. */
export function writeTestDataset(parent: string, dataset: TestDataset): string {
  const { name = 'books', time = false, positiveFrom: valueAtLeast = 4, train, test, items, coldItems } = dataset;
  const folder = mkdtempSync(join(parent, 'dataset-'));
  const contents = { 'train.tsv.gz': train, 'test.tsv.gz': test, 'items.jsonl.gz': items, 'cold-items.txt': coldItems };
  const files: Record<string, string> = {};
  for (const [file, content] of Object.entries(contents)) {
    if (content === undefined) continue;
    writeTestFile(folder, file, content);
    files[file] = sha256(content);
  }
  writeFileSync(join(folder, 'dataset.json'), JSON.stringify({ name, time, positive: { valueAtLeast }, files }));
  return folder;
}
