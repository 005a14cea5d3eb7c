import { readColdItems } from '@kindred/cli/dataset-folder/dataset-items';
import { type InteractionTable, loadInteractions } from '@kindred/cli/dataset-folder/interaction-table';
import { type ItemId, itemIdSchema } from '@kindred/shared/id';
import type { BenchConfig } from '../config.ts';
import type { FoundDataset } from '../datasets/find-dataset.ts';
import { type PreparedCatalog, prepareCatalog } from '../engine/prepared-catalog.ts';
import { stableHash } from '../measure/stable-hash.ts';
import { isHeldOut, type Rows } from './protocol.ts';
import type { RankingResult } from './result.ts';
import { markedItem } from './served-catalog.ts';

/** A subject to judge, with its training and target rows. */
export interface Split {
  readonly train: Rows;
  readonly targets: readonly Rows[];
  /** Holds the training rows. */
  readonly prepared: PreparedCatalog;
}

/** The new-item protocol: training without a row of the new items, which are marked in the prepared catalog. */
export interface NewItemsSplit extends Split {
  readonly newItems: ReadonlySet<ItemId>;
  /** The target rows of all other items. */
  readonly knownTargets: readonly Rows[];
}

/** Data to rank on, in the parts that it is judged by. */
export interface Subject {
  readonly data: string;
  readonly dataHash: string;
  readonly target: RankingResult['target'];
  readonly trainPositivesMin: number;
  readonly split: Split;
  /** Prepares the new-item protocol; `undefined` where the data have none. */
  readonly newItems: (() => Promise<NewItemsSplit>) | undefined;
}

/** Line of a file's first row: the header is line 1, and no line is blank. */
const FIRST_LINE = 2;
/** Share of all items that are made new to tune on. */
const NEW_ITEMS_SHARE = 0.1;

/** All training rows against the test rows. */
export async function testSubject(config: BenchConfig, dataset: FoundDataset): Promise<Subject> {
  const takes = (): boolean => true;
  const prepared = await prepareCatalog({ config, dataset, part: '', takes });
  const train = await loadInteractions(dataset.folder, 'train');
  const test = await loadInteractions(dataset.folder, 'test');
  const hasNewItems = dataset.info.files['cold-items.txt'] !== undefined;
  return {
    ...described(dataset, 'test'),
    split: {
      prepared: afterTraining(prepared, train),
      train: { table: train, takes },
      targets: [{ table: test, takes }],
    },
    newItems: hasNewItems
      ? async () => {
          const newItems = new Set(await readColdItems(dataset.folder));
          const task = { config, dataset, part: 'new-items', newItems, train };
          return newItemsSplit({ ...task, isTraining: takes, hidden: [test] });
        }
      : undefined,
  };
}

/**
 * Training rows against those of them that are held out, which a catalog of its own does without; new items are a hashed
 * tenth. No row of the test is read.
 */
export async function validationSubject(config: BenchConfig, dataset: FoundDataset): Promise<Subject> {
  const table = await loadInteractions(dataset.folder, 'train');
  const heldOut = Uint8Array.from(table.values, (_, row) => (isHeldOut(table, row) ? 1 : 0));
  const takes = (row: number): boolean => heldOut[row] === 0;
  const prepared = await prepareCatalog({
    config,
    dataset,
    part: 'validation',
    takes: (line) => takes(line - FIRST_LINE),
  });
  const hasContent = dataset.info.files['items.jsonl.gz'] !== undefined;
  return {
    ...described(dataset, 'held-out training'),
    split: {
      prepared: afterTraining(prepared, table),
      train: { table, takes },
      targets: [{ table, takes: (row) => !takes(row) }],
    },
    newItems: hasContent
      ? async () => {
          const newItems = new Set(table.items.filter((item) => stableHash(`new item\n${item}`) < NEW_ITEMS_SHARE));
          const task = { config, dataset, part: 'validation-new-items', newItems, train: table };
          return newItemsSplit({ ...task, isTraining: takes, hidden: [] });
        }
      : undefined,
  };
}

/** Moment of the recommendations: that of the last training row, if rows have times. */
function afterTraining(prepared: PreparedCatalog, { atMs }: InteractionTable): PreparedCatalog {
  return atMs === undefined ? prepared : { ...prepared, startMs: atMs.reduce((a, b) => Math.max(a, b), 0) };
}

function described(
  { info, hash, trainPositivesMin }: FoundDataset,
  target: RankingResult['target'],
): Pick<Subject, 'data' | 'dataHash' | 'target' | 'trainPositivesMin'> {
  return { data: info.name, dataHash: hash, target, trainPositivesMin };
}

interface NewItemsTask {
  readonly config: BenchConfig;
  readonly dataset: FoundDataset;
  readonly part: string;
  readonly newItems: ReadonlySet<string>;
  readonly train: InteractionTable;
  /** Rows of `train` that are no target anyway. */
  readonly isTraining: (row: number) => boolean;
  /** Tables that are target altogether. */
  readonly hidden: readonly InteractionTable[];
}

async function newItemsSplit(task: NewItemsTask): Promise<NewItemsSplit> {
  const { config, dataset, part, newItems, train, isTraining, hidden } = task;
  const ofNew = (table: InteractionTable): ((row: number) => boolean) => {
    const isNew = Uint8Array.from(table.items, (item) => (newItems.has(item) ? 1 : 0));
    return (row) => isNew[table.itemOf[row]!] === 1;
  };
  const ofNewInTrain = ofNew(train);
  const takes = (row: number): boolean => isTraining(row) && !ofNewInTrain(row);
  const prepared = await prepareCatalog({
    config,
    dataset,
    part,
    takes: (line) => takes(line - FIRST_LINE),
    marked: (item) => markedItem(item, newItems.has(item.id)),
  });
  const hiddenRows = hidden.map((table) => ({ table, isNew: ofNew(table) }));
  return {
    prepared: afterTraining(prepared, train),
    newItems: new Set([...newItems].map((item) => itemIdSchema.parse(item))),
    train: { table: train, takes },
    targets: [
      { table: train, takes: ofNewInTrain },
      ...hiddenRows.map(({ table, isNew }) => ({ table, takes: isNew })),
    ],
    knownTargets: [
      { table: train, takes: (row) => !isTraining(row) && !ofNewInTrain(row) },
      ...hiddenRows.map(({ table, isNew }) => ({ table, takes: (row: number) => !isNew(row) })),
    ],
  };
}
