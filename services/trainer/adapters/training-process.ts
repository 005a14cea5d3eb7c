import { once } from 'node:events';
import { availableParallelism, setPriority } from 'node:os';
import type { CatalogId } from '@kindred/shared/id';
import { type Database, openDatabase } from '@kindred/shared/platform/database';
import { watchMemory } from '@kindred/shared/platform/peak-memory';
import { type TrainingCost, trainingCost } from '../domain/training-cost.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { TILE } from '../matrix/tiled-matrix.ts';
import { trainCatalog } from '../train-catalog.ts';
import type { TrainingOutcome } from '../training-runner.ts';
import { onnxMatrixProduct } from './onnx-matrix-product.ts';
import { postgresArtifactStore } from './postgres-artifact-store.ts';
import { postgresCatalogHistories } from './postgres-catalog-histories.ts';
import { postgresHistorySource } from './postgres-history-source.ts';
import { whileTraining } from './training-lock.ts';

/** The one message to a training's process. */
export interface TrainingTask {
  readonly databaseUrl: string;
  readonly catalog: CatalogId;
}

/** A message from a training's process; the last is of kind `end`. */
export type TrainingMessage =
  | { readonly kind: 'cost'; readonly cost: TrainingCost }
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'end'; readonly outcome: TrainingOutcome };

/** More threads wait for memory, not for work. */
const THREADS_MAX = 4;
/** Whole catalogs are read and counted. */
const STATEMENT_TIMEOUT_MS = 3_600_000;

// Serving comes first. (On Linux a priority belongs to a thread, and those that ONNX Runtime starts from here inherit it.)
setPriority(10);
// The trainer is gone: nobody waits for the result.
process.on('disconnect', () => process.exit());
const [task] = (await once(process, 'message')) as [TrainingTask];
const database = openDatabase({
  url: task.databaseUrl,
  // One holds the lock.
  connectionsMax: 2,
  onError: () => {},
  statementTimeoutMs: STATEMENT_TIMEOUT_MS,
});
tell({ kind: 'end', outcome: await outcomeOf(task, database) });
await database.end();
process.disconnect();

function tell(message: TrainingMessage): void {
  process.send?.(message);
}

async function outcomeOf(task: TrainingTask, database: Database): Promise<TrainingOutcome> {
  try {
    const outcome = await whileTraining(database, task.catalog, () => trained(task.catalog, database));
    return outcome ?? { kind: 'elsewhere' };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function trained(catalog: CatalogId, database: Database): Promise<TrainingOutcome> {
  const multiply = await onnxMatrixProduct(Math.min(THREADS_MAX, availableParallelism()));
  const size = await postgresCatalogHistories(database).size(catalog);
  tell({ kind: 'cost', cost: trainingCost(size, await secondsOf(multiply)) });
  const memory = watchMemory();
  const store = postgresArtifactStore(database);
  const history = postgresHistorySource(database);
  const version = await trainCatalog(catalog, {
    history,
    store,
    multiply,
    say: (line) => tell({ kind: 'line', line }),
  });
  tell({ kind: 'line', line: `the training's process took at most ${memory.stop().toLocaleString('en-US')} MiB` });
  if (version !== undefined) return { kind: 'trained', version };
  await store.withdraw(catalog);
  return { kind: 'nothing' };
}

/** Seconds of one product of the shapes that most have; the second one is timed, when all is loaded. */
async function secondsOf(multiply: MatrixProduct): Promise<number> {
  const inner = TILE / 4;
  const product = {
    a: new Float32Array(TILE * inner).fill(0.5),
    b: new Float32Array(inner * TILE).fill(0.5),
    into: new Float32Array(TILE * TILE),
    rows: TILE,
    inner,
    columns: TILE,
  };
  await multiply(product);
  const startMs = performance.now();
  await multiply(product);
  return (performance.now() - startMs) / 1000;
}
