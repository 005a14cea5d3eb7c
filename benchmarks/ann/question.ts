import { HNSW_DEFAULTS } from '@kindred/index/adapters/hnsw/hnsw-options';
import { spaceOf } from '@kindred/shared/embedding/known-models';
import type { NeighborTarget } from '@kindred/shared/neighbor';
import type { Answer, BenchRun } from '../bench-run.ts';
import { runHeader } from '../measure/run-header.ts';
import { hashOrdered } from '../measure/stable-hash.ts';
import { withBuckets } from './buckets.ts';
import { judgeCases, type Queries } from './cases.ts';
import { type AnnCatalog, annCatalogs } from './catalogs.ts';
import { judgeDeletes } from './deletes.ts';
import { swept } from './ef-search-sweep.ts';
import type { EmbeddedItems } from './embedded-items.ts';
import { exact } from './exact.ts';
import { type JudgedTarget, judge, K } from './judge.ts';
import type { AnnResult, CaseResult } from './result.ts';
import { Served } from './served.ts';
import { embedQueries, queryTextOf } from './text-queries.ts';
import { trueNeighborsAmong } from './true-neighbors.ts';

const QUERIES = 1_000;
const EF_SEARCHES = [16, 32, 64, 96, 128, 192, 256, 512] as const;
/** Size of a catalog below which the index scans, so that there is nothing to sweep. */
const GRAPH_MIN = 1_000;

/** Measures which share of the true neighbors the served index finds, and how fast. */
export async function* ann(run: BenchRun): AsyncGenerator<Answer<AnnResult>> {
  for await (const catalog of annCatalogs(run)) yield { result: await judgeCatalog(run, catalog), isWhole: true };
}

async function judgeCatalog(run: BenchRun, catalog: AnnCatalog): Promise<AnnResult> {
  const { data, dataHash, embedded, shares } = catalog;
  const items = withBuckets(embedded.items, run.seed);
  const among: EmbeddedItems = { dimensions: embedded.dimensions, items };
  const asked = hashOrdered(items, ({ item }) => item, run.seed).slice(0, QUERIES);
  const vectors = await embedQueries(run.config, asked.map(queryTextOf));
  const truthOf = trueNeighborsAmong(items);
  const judged = (target: NeighborTarget): JudgedTarget => ({ target, truth: truthOf(target) });
  const queries: Queries = {
    items: asked.map(({ item }) => judged({ item })),
    texts: vectors.map((vector) => judged({ vector })),
  };
  const oracle = await judgeCases(await exact(among, spaceOf(run.config.model)), queries, shares);
  const { cases, ...figures } = await judgeServed(run, among, { queries, shares });
  const parameters = {
    k: K,
    queries: asked.length,
    shares: shares.join(' '),
    model: run.config.model.name,
    M: HNSW_DEFAULTS.M,
    efConstruction: HNSW_DEFAULTS.efConstruction,
    efSearch: HNSW_DEFAULTS.efSearch,
    scannedPerCandidate: HNSW_DEFAULTS.scannedPerCandidate,
  };
  return {
    benchmark: 'ann',
    ...runHeader({ data, dataHash, seed: run.seed, parameters }),
    vectors: items.length,
    dimensions: embedded.dimensions,
    cases: [...oracle, ...cases],
    sweep: items.length < GRAPH_MIN ? [] : await judgeSweep(among, queries),
    ...figures,
  };
}

/** Runs the served index through building, all cases and deletions. */
async function judgeServed(
  run: BenchRun,
  among: EmbeddedItems,
  { queries, shares }: { readonly queries: Queries; readonly shares: readonly number[] },
): Promise<Pick<AnnResult, 'build' | 'deletes'> & { readonly cases: readonly CaseResult[] }> {
  const rssBefore = process.memoryUsage.rss();
  const index = await Served.start(among, spaceOf(run.config.model));
  try {
    const build = {
      vectorsPerSecond: (among.items.length / index.buildMs) * 1_000,
      memoryMb: (process.memoryUsage.rss() - rssBefore) / 2 ** 20,
    };
    const cases = await judgeCases(index, queries, shares);
    const hasGraph = among.items.length >= GRAPH_MIN;
    return { build, cases, ...(hasGraph && { deletes: await judgeDeletes(index, among.items, run.seed) }) };
  } finally {
    await index.close();
  }
}

async function judgeSweep(among: EmbeddedItems, { items }: Queries): Promise<AnnResult['sweep']> {
  const results: AnnResult['sweep'] = [];
  for (const contender of swept(among, EF_SEARCHES)) {
    const { efSearch } = contender;
    results.push({
      efSearch,
      isDefault: efSearch === HNSW_DEFAULTS.efSearch,
      ...(await judge(contender, items, [{}])),
    });
  }
  return results;
}
