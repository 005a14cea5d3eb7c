import { loadInteractions } from '@kindred/shared/dataset/interaction-table';
import type { BenchConfig } from '../config.ts';
import type { FoundDataset } from '../datasets/find-dataset.ts';
import { type PreparedCatalog, prepareCatalog } from '../engine/prepared-catalog.ts';
import { isHeldOut, type Rows } from './protocol.ts';

/** What is judged on what. */
export interface Split {
  readonly train: Rows;
  readonly target: Rows;
  /** Holds the training rows. */
  readonly prepared: PreparedCatalog;
}

/** Of a file's first row: the header is line 1, and no line is blank. */
const FIRST_LINE = 2;

/** All training rows against the test rows. */
export async function testSplit(config: BenchConfig, dataset: FoundDataset): Promise<Split> {
  const takes = (): boolean => true;
  const prepared = await prepareCatalog({ config, dataset, part: '', takes });
  const [train, test] = [
    await loadInteractions(dataset.folder, 'train'),
    await loadInteractions(dataset.folder, 'test'),
  ];
  return { prepared, train: { table: train, takes }, target: { table: test, takes } };
}

/**
 * Training rows against those of them that are held out, which a catalog of its own does without. No row of the test is
 * read.
 */
export async function validationSplit(config: BenchConfig, dataset: FoundDataset): Promise<Split> {
  const table = await loadInteractions(dataset.folder, 'train');
  const heldOut = Uint8Array.from(table.values, (_, row) => (isHeldOut(table, row) ? 1 : 0));
  const takes = (row: number): boolean => heldOut[row] === 0;
  const prepared = await prepareCatalog({
    config,
    dataset,
    part: 'validation',
    takes: (line) => takes(line - FIRST_LINE),
  });
  return { prepared, train: { table, takes }, target: { table, takes: (row) => heldOut[row] === 1 } };
}
