import { Worker } from 'node:worker_threads';
import type { CatalogId, SpaceId } from '@kindred/shared/id';
import { decodeArtifact } from '@kindred/shared/model/artifact';
import { imputedShares } from '@kindred/shared/model/item-model';
import { unpackIds } from '@kindred/shared/numeric/packed-ids';
import type { CoEngagementData } from '../sources/co-engagement.ts';
import type { TrainedCatalog } from '../sources/trained-scores.ts';
import type { BuildAnswer, BuildTask } from './catalog-builder-worker.ts';

/** Builds what needs a pass over a whole catalog, in a worker thread with a connection of its own. */
export interface CatalogBuilder {
  graph(catalog: CatalogId): Promise<CoEngagementData>;
  /** The mean of all embeddings of a space, shape `[dimensions]`, not of unit length; `undefined` when there are none. */
  mean(catalog: CatalogId, space: SpaceId): Promise<Float32Array | undefined>;
  /** An artifact that the trainer stored. @throws where its bytes are not those that were stored. */
  trained(catalog: CatalogId, version: number): Promise<TrainedCatalog>;
  stop(): Promise<void>;
}

export function catalogBuilder(databaseUrl: string): CatalogBuilder {
  let worker: Worker | undefined;
  let nextId = 0;
  const waiting = new Map<number, { resolve: (answer: BuildAnswer) => void; reject: (error: unknown) => void }>();

  const running = (): Worker => {
    if (worker !== undefined) return worker;
    const started = new Worker(new URL('./catalog-builder-worker.ts', import.meta.url), {
      workerData: { databaseUrl },
    });
    started.on('message', (answer: BuildAnswer) => {
      const waiter = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (answer.error === undefined) waiter?.resolve(answer);
      else waiter?.reject(new Error(answer.error));
    });
    const fail = (error: unknown): void => {
      if (worker === started) worker = undefined;
      for (const waiter of waiting.values()) waiter.reject(error);
      waiting.clear();
    };
    started.on('error', fail);
    started.on('exit', () => fail(new Error('the builder ended')));
    started.unref();
    worker = started;
    return started;
  };
  const ask = (task: Omit<BuildTask, 'id'>): Promise<BuildAnswer> =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      running().postMessage({ id, ...task });
    });

  return {
    graph: async (catalog) => {
      const { graph } = await ask({ kind: 'graph', catalog });
      if (graph === undefined) throw new Error('the builder answered without a graph');
      const { ids, numbers } = await unpackIds(graph.items);
      return { rows: graph.rows, items: ids, numbers };
    },
    mean: async (catalog, space) => (await ask({ kind: 'mean', catalog, space })).mean,
    trained: async (catalog, version) => {
      const { artifact } = await ask({ kind: 'artifact', catalog, version });
      if (artifact === undefined) throw new Error('the builder answered without an artifact');
      const { items, model, ranker } = decodeArtifact(artifact);
      const { ids, numbers } = await unpackIds(items);
      const warm = [...model.positives.keys()].filter((item) => model.positives[item]! > 0);
      const mean = (of: Float32Array): number =>
        warm.reduce((sum, item) => sum + of[item]!, 0) / Math.max(1, warm.length);
      return {
        ...{ version, items: ids, numbers, model, ranker },
        imputedShare: imputedShares(model.imputed),
        typical: { positives: mean(model.positives), seen: mean(model.seen) },
      };
    },
    stop: async () => {
      await worker?.terminate();
    },
  };
}
