import { availableParallelism, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type Database, openDatabase } from '@kindred/shared/database';
import type { CatalogId } from '@kindred/shared/id';
import type { MatrixProduct } from '../domain/matrix-product.ts';
import { TILE } from '../domain/tiled-matrix.ts';
import { type TrainingCost, trainingCost } from '../domain/training-cost.ts';
import { trainCatalog } from '../train-catalog.ts';
import type { TrainingOutcome } from '../training-runner.ts';
import { onnxMatrixProduct } from './onnx-matrix-product.ts';
import { postgresArtefactStore } from './postgres-artefact-store.ts';
import { postgresCatalogHistories } from './postgres-catalog-histories.ts';
import { postgresHistorySource } from './postgres-history-source.ts';
import { gated, productGate } from './product-gate.ts';
import { whileTraining } from './training-lock.ts';

export interface TrainingTask {
  readonly databaseUrl: string;
  readonly catalog: CatalogId;
  /** Of `newGate`. */
  readonly gate: SharedArrayBuffer;
}

export type TrainingMessage =
  | { readonly kind: 'cost'; readonly cost: TrainingCost }
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'end'; readonly outcome: TrainingOutcome };

/** More threads wait for memory, not for work. */
const THREADS_MAX = 4;
/** Whole catalogs are read and counted. */
const STATEMENT_TIMEOUT_MS = 3_600_000;

// On Linux a priority belongs to a thread, and those that ONNX Runtime starts from here inherit it: serving comes first.
if (process.platform === 'linux') setPriority(10);
const task: TrainingTask = workerData;
const database = openDatabase({
  url: task.databaseUrl,
  // One holds the lock.
  connectionsMax: 2,
  onError: () => {},
  statementTimeoutMs: STATEMENT_TIMEOUT_MS,
});
const tell = (message: TrainingMessage): void => parentPort?.postMessage(message);

try {
  const outcome = await whileTraining(database, task.catalog, () => trained(task, database));
  tell({ kind: 'end', outcome: outcome ?? { kind: 'elsewhere' } });
} catch (error) {
  tell({ kind: 'end', outcome: { kind: 'failed', reason: error instanceof Error ? error.message : String(error) } });
} finally {
  await database.end();
}

async function trained({ catalog, gate: shared }: TrainingTask, pool: Database): Promise<TrainingOutcome> {
  const gate = productGate(shared);
  const product = await gate.pass(() => onnxMatrixProduct(Math.min(THREADS_MAX, availableParallelism())));
  const multiply = gated(product, gate);
  const size = await postgresCatalogHistories(pool).size(catalog);
  tell({ kind: 'cost', cost: trainingCost(size, await secondsOf(multiply)) });
  const store = postgresArtefactStore(pool);
  const history = postgresHistorySource(pool);
  const version = await trainCatalog(catalog, {
    history,
    store,
    multiply,
    say: (line) => tell({ kind: 'line', line }),
  });
  if (version !== undefined) return { kind: 'trained', version };
  await store.withdraw(catalog);
  return { kind: 'nothing' };
}

/** What one product takes of the shapes that most have; the second time, when all is loaded. */
async function secondsOf(multiply: MatrixProduct): Promise<number> {
  const inner = TILE / 4;
  const product = {
    a: new Float32Array(TILE * inner).fill(0.5),
    b: new Float32Array(inner * TILE).fill(0.5),
    into: new Float32Array(TILE * TILE),
    ...{ rows: TILE, inner, columns: TILE },
  };
  await multiply(product);
  const startMs = performance.now();
  await multiply(product);
  return (performance.now() - startMs) / 1000;
}
