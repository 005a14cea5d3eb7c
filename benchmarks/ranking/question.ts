import { loadInteractions } from '@kindred/shared/dataset/interaction-table';
import type { Answer, BenchRun } from '../bench-run.ts';
import { type FoundDataset, findDataset } from '../datasets/find-dataset.ts';
import { type PreparedCatalog, prepareCatalog } from '../engine/prepared-catalog.ts';
import { withEngine } from '../engine/with-engine.ts';
import { runHeader } from '../measure/run-header.ts';
import { hashOrdered } from '../measure/stable-hash.ts';
import { RESAMPLES } from './bootstrap.ts';
import { evaluate } from './evaluate.ts';
import { kindred } from './kindred.ts';
import { popular } from './popular.ts';
import { evaluatedUsers, isHeldOut, positiveCounts, type Rows } from './protocol.ts';
import type { ContenderResult, RankingResult } from './result.ts';

const DATA_DEFAULT = 'goodbooks';
/** What the API takes when a request does not say. */
const DIVERSITY = 0.1;

/** Of a file's rows: the header is line 1. */
const FIRST_LINE = 2;

/** What is judged on what. */
interface Split {
  readonly train: Rows;
  readonly target: Rows;
  readonly prepared: PreparedCatalog;
}

/** How good is the ranking as it is served, on data that it has not seen? */
export async function* ranking(run: BenchRun): AsyncGenerator<Answer<RankingResult>> {
  const dataset = await findDataset(run.data ?? DATA_DEFAULT, run.config.dataRoot);
  const split = run.isValidation ? await validationSplit(run, dataset) : await testSplit(run, dataset);
  const { trainPositivesMin } = dataset;
  const all = evaluatedUsers({ ...split, trainPositivesMin });
  const users = run.users === undefined ? all : hashOrdered(all, ({ user }) => user, run.seed).slice(0, run.users);
  console.log(`ranking: ${users.length} of ${all.length} users of ${dataset.info.name}`);
  const judged = await withEngine(run.config, split.prepared.folder, async (engine) => {
    const { catalog, startMs: atMs } = split.prepared;
    const { seed } = run;
    const summary = (await engine.ingestion.catalogs()).find((each) => each.catalog === catalog);
    const probe = users[0]?.user;
    if (probe === undefined || summary === undefined) throw new Error(`${catalog} has nobody to judge`);
    const options = { users, catalogSize: summary.items, seed };
    const served = await kindred({ ranking: engine.ranking, catalog, atMs, seed, diversity: DIVERSITY }, probe);
    const contenders: ContenderResult[] = [];
    for (const contender of [popular(positiveCounts(split.train), seed), served]) {
      contenders.push(await evaluate(contender, options));
    }
    return {
      contenders,
      catalogSize: summary.items,
      versions: served.versions,
      versionCount: served.versionCount(),
      memoryMb: memoryMb(),
    };
  });
  const parameters = {
    rows: run.isValidation ? 'a hashed tenth of the training positives, held out' : 'test',
    trainPositivesMin,
    diversity: DIVERSITY,
    bootstrapResamples: RESAMPLES,
    sample: run.users ?? 'all users',
  };
  const header = runHeader({ data: dataset.info.name, dataHash: dataset.hash, seed: run.seed, parameters });
  const result = { benchmark: 'ranking' as const, ...header, users: users.length, usersOfAll: all.length, ...judged };
  yield { result, isWhole: !run.isValidation && run.users === undefined };
}

async function testSplit({ config }: BenchRun, dataset: FoundDataset): Promise<Split> {
  const takes = (): boolean => true;
  const prepared = await prepareCatalog({ config, dataset, part: '', takes });
  const [train, test] = [
    await loadInteractions(dataset.folder, 'train'),
    await loadInteractions(dataset.folder, 'test'),
  ];
  return { prepared, train: { table: train, takes }, target: { table: test, takes } };
}

/** The test file is not opened. */
async function validationSplit({ config }: BenchRun, dataset: FoundDataset): Promise<Split> {
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

function memoryMb(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
