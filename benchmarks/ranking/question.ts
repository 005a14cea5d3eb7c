import type { Answer, BenchRun } from '../bench-run.ts';
import { findDataset } from '../datasets/find-dataset.ts';
import { withEngine } from '../engine/with-engine.ts';
import { runHeader } from '../measure/run-header.ts';
import { hashOrdered } from '../measure/stable-hash.ts';
import { RESAMPLES } from './bootstrap.ts';
import { evaluate } from './evaluate.ts';
import { kindred } from './kindred.ts';
import { popular } from './popular.ts';
import { evaluatedUsers, positiveCounts } from './protocol.ts';
import type { ContenderResult, RankingResult } from './result.ts';
import { testSplit, validationSplit } from './split.ts';
import { trainPrepared } from './trained.ts';

const DATA_DEFAULT = 'goodbooks';
/** What the API takes when a request does not say. */
const DIVERSITY = 0.1;

/** How good is the ranking as it is served, on data that it has not seen? */
export async function* ranking(run: BenchRun): AsyncGenerator<Answer<RankingResult>> {
  const dataset = await findDataset(run.data ?? DATA_DEFAULT, run.config.dataRoot);
  const split = run.isValidation ? await validationSplit(run.config, dataset) : await testSplit(run.config, dataset);
  const { trainPositivesMin } = dataset;
  const all = evaluatedUsers({ ...split, trainPositivesMin });
  const users = run.users === undefined ? all : hashOrdered(all, ({ user }) => user, run.seed).slice(0, run.users);
  console.log(`ranking: ${users.length} of ${all.length} users of ${dataset.info.name}`);
  const { catalog: trainedCatalog, folder } = split.prepared;
  const training = await trainPrepared(folder, trainedCatalog);
  console.log(
    `ranking: trained in ${training.seconds.toFixed(0)} s, ${training.memoryMiB} MiB: ${JSON.stringify(training.summary)}`,
  );
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
    trainPositivesMin,
    diversity: DIVERSITY,
    bootstrapResamples: RESAMPLES,
    sample: run.users ?? 'all users',
  };
  const header = runHeader({ data: dataset.info.name, dataHash: dataset.hash, seed: run.seed, parameters });
  const target = run.isValidation ? ('held-out training' as const) : ('test' as const);
  const counts = { users: users.length, usersOfAll: all.length };
  const result = { benchmark: 'ranking' as const, ...header, target, ...counts, ...judged };
  yield { result, isWhole: !run.isValidation && run.users === undefined };
}

function memoryMb(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
