import { Worker } from 'node:worker_threads';
import type { CatalogId, SpaceId } from '@kindred/shared/id';
import { type Artifact, decodeArtifact } from '@kindred/shared/model/artifact';
import { imputedShares } from '@kindred/shared/model/item-model';
import { unpackIds } from '@kindred/shared/numeric/packed-ids';
import { type CatalogBuilder, DamagedArtifact } from '../catalog-state/catalog-builder.ts';
import type { CoEngagementData } from '../sources/co-engagement.ts';
import type { TrainedCatalog } from '../sources/trained-scores.ts';
import type { BuildAnswer, BuildTask } from './catalog-builder-worker.ts';

interface Waiter {
  readonly resolve: (answer: BuildAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Builds in a worker thread with a database connection of its own; a thread that dies is started again by the next task. */
export class WorkerCatalogBuilder implements CatalogBuilder {
  readonly #databaseUrl: string;
  readonly #waiters = new Map<number, Waiter>();
  #worker: Worker | undefined;
  #nextId = 0;

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl;
  }

  async coEngagement(catalog: CatalogId): Promise<CoEngagementData> {
    const { graph } = await this.#ask({ kind: 'graph', catalog });
    if (graph === undefined) throw new Error('the builder answered without a graph');
    const { ids, numbers } = await unpackIds(graph.items);
    return { rows: graph.rows, items: ids, numbers };
  }

  async mean(catalog: CatalogId, space: SpaceId): Promise<Float32Array | undefined> {
    return (await this.#ask({ kind: 'mean', catalog, space })).mean;
  }

  async trained(catalog: CatalogId, version: number): Promise<TrainedCatalog> {
    const { artifact } = await this.#ask({ kind: 'artifact', catalog, version });
    if (artifact === undefined) throw new Error('the builder answered without an artifact');
    return trainedCatalog(version, decoded(artifact));
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  #ask(task: Omit<BuildTask, 'id'>): Promise<BuildAnswer> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiters.set(id, { resolve, reject });
      this.#running().postMessage({ id, ...task });
    });
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./catalog-builder-worker.ts', import.meta.url), {
      workerData: { databaseUrl: this.#databaseUrl },
    });
    worker.on('message', (answer: BuildAnswer) => this.#settle(answer));
    worker.on('error', (error) => this.#fail(worker, error));
    worker.on('exit', () => this.#fail(worker, new Error('the builder ended')));
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #settle(answer: BuildAnswer): void {
    const waiter = this.#waiters.get(answer.id);
    this.#waiters.delete(answer.id);
    if (answer.error === undefined) waiter?.resolve(answer);
    else waiter?.reject(answer.isDamaged ? new DamagedArtifact(answer.error) : new Error(answer.error));
  }

  #fail(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
  }
}

/** @throws {DamagedArtifact} */
function decoded(bytes: Uint8Array<ArrayBuffer>): Artifact {
  try {
    return decodeArtifact(bytes);
  } catch (error) {
    throw new DamagedArtifact('the artifact is not of the form that this version reads', { cause: error });
  }
}

/** An artifact as requests use it: ids unpacked, and the counts of a typical item. */
export async function trainedCatalog(
  version: number,
  { items, model, ranker, repeatShare }: Artifact,
): Promise<TrainedCatalog> {
  const { ids, numbers } = await unpackIds(items);
  const warm = [...model.positives.keys()].filter((item) => model.positives[item]! > 0);
  const mean = (of: Float32Array): number => warm.reduce((sum, item) => sum + of[item]!, 0) / Math.max(1, warm.length);
  return {
    version,
    items: ids,
    numbers,
    model,
    ranker,
    repeatShare,
    imputedShare: imputedShares(model.imputed),
    typical: { positives: mean(model.positives), seen: mean(model.seen) },
  };
}
