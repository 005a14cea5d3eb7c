import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { startLocalPostgres } from '@kindred/infra/postgres/local-postgres';
import { migrate } from '@kindred/infra/postgres/migrate';
import { openDatabase } from '@kindred/shared/database';
import type { CatalogId } from '@kindred/shared/id';
import { onnxMatrixProduct } from '@kindred/trainer/adapters/onnx-matrix-product';
import { postgresArtefactStore } from '@kindred/trainer/adapters/postgres-artefact-store';
import { postgresHistorySource } from '@kindred/trainer/adapters/postgres-history-source';
import type { ArtefactSummary } from '@kindred/trainer/ports';
import { trainCatalog } from '@kindred/trainer/train-catalog';

export interface TrainingRun {
  readonly summary: ArtefactSummary;
  readonly seconds: number;
  /** The most that the process took. */
  readonly memoryMiB: number;
}

const STATEMENT_TIMEOUT_MS = 600_000;

/** Trains a prepared catalog as the trainer does, on its own database; no engine runs on the folder. */
export async function trainPrepared(folder: string, catalog: CatalogId): Promise<TrainingRun> {
  const postgres = await startLocalPostgres(join(folder, 'postgres'));
  await migrate(postgres.url);
  const database = openDatabase({
    url: postgres.url,
    connectionsMax: 2,
    onError: () => {},
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    const startMs = performance.now();
    const store = postgresArtefactStore(database);
    await trainCatalog(catalog, {
      history: postgresHistorySource(database),
      store,
      multiply: await onnxMatrixProduct(availableParallelism()),
      say: sayRarely(),
    });
    const [latest] = await store.versions(catalog);
    if (latest === undefined) throw new Error(`${catalog} has nothing to train on`);
    return {
      summary: latest.summary,
      seconds: (performance.now() - startMs) / 1000,
      memoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    await database.end();
    await postgres.stop();
  }
}

const SAID_EVERY_MS = 5_000;

function sayRarely(): (line: string) => void {
  let saidMs = 0;
  return (line) => {
    if (performance.now() - saidMs < SAID_EVERY_MS) return;
    saidMs = performance.now();
    console.log(`ranking: training: ${line}`);
  };
}
