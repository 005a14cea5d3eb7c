import { join } from 'node:path';
import { fileSha256 } from '@kindred/shared/platform/file-hash';
import { DEMO_CATALOG, demoEmbedded, loadDemo } from '@kindred/standalone/demo-catalog';
import type { BenchRun } from '../bench-run.ts';
import { findDataset } from '../datasets/find-dataset.ts';
import { benchFolder } from '../engine/bench-folder.ts';
import { prepareCatalog } from '../engine/prepared-catalog.ts';
import { withEngine } from '../engine/with-engine.ts';
import { type Progress, startProgress } from '../measure/progress.ts';
import { type EmbeddedItems, readEmbeddedItems } from './embedded-items.ts';

/** A catalog to search in. */
export interface AnnCatalog {
  readonly data: string;
  readonly dataHash: string;
  readonly embedded: EmbeddedItems;
  /** Shares of the catalog that filters keep. */
  readonly shares: readonly number[];
}

const DATA_DEFAULTS = ['goodbooks', DEMO_CATALOG] as const;
const DEMO_ITEMS = join(import.meta.dirname, '..', '..', 'services', 'standalone', 'demo', 'items.jsonl');
/** Number of items below which a filter that keeps little would keep nothing. */
const SMALL = 1_000;

/** The catalogs that a run asks for, embedded by the product itself: all, or one if the run has one file for its result. */
export async function* annCatalogs(run: BenchRun): AsyncGenerator<AnnCatalog> {
  const isAll = run.data === undefined && run.out === undefined;
  for (const data of isAll ? DATA_DEFAULTS : [run.data ?? DATA_DEFAULTS[0]]) {
    const { dataHash, embedded } = data === DEMO_CATALOG ? await demo(run) : await dataset(run, data);
    const shares = embedded.items.length < SMALL ? [1, 0.1] : [1, 0.1, 0.01, 0.001];
    yield { data, dataHash, embedded, shares };
  }
}

async function dataset({ config }: BenchRun, data: string): Promise<Pick<AnnCatalog, 'dataHash' | 'embedded'>> {
  const found = await findDataset(data, config.dataRoot);
  const { folder, catalog } = await prepareCatalog({ config, dataset: found, part: '', takes: () => true });
  return { dataHash: found.hash, embedded: await readEmbeddedItems(folder, catalog) };
}

async function demo({ config }: BenchRun): Promise<Pick<AnnCatalog, 'dataHash' | 'embedded'>> {
  const folder = await benchFolder(config, DEMO_CATALOG);
  await withEngine(config, folder, async (engine) => {
    await loadDemo(engine, folder);
    let progress: Progress | undefined;
    await demoEmbedded(engine.ingestion, (waiting, total) => {
      progress ??= startProgress('demo: embedding', total);
      progress.at(total - waiting);
    });
    progress?.done();
  });
  const dataHash = await fileSha256(DEMO_ITEMS);
  return { dataHash, embedded: await readEmbeddedItems(folder, DEMO_CATALOG) };
}
