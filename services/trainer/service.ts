import type { CatalogId } from '@kindred/shared/id';
import { Problem } from '@kindred/shared/problem';
import type { CatalogHistories } from './catalog-histories.ts';
import type { ArtifactStore, ArtifactVersion } from './ports.ts';
import type { Training, TrainingQueue } from './training-queue.ts';

export interface TrainerOptions {
  readonly queue: TrainingQueue;
  readonly store: ArtifactStore;
  readonly histories: CatalogHistories;
}

/** What can be asked of the trainer. @throws {Problem} `catalog-not-found` */
export interface Trainer {
  /** Has a catalog trained, after those that wait. */
  train(catalog: CatalogId): Promise<Training>;
  /** The last training that this process did, and the versions that are kept, latest first. */
  status(
    catalog: CatalogId,
  ): Promise<{ readonly training: Training | undefined; readonly versions: readonly ArtifactVersion[] }>;
  /**
   * Lets the version before the one that serves take its place; the next training's takes over again.
   * @throws {Problem} `no-earlier-version`
   * @returns The version that serves.
   */
  rollback(catalog: CatalogId): Promise<number>;
}

export function createTrainer({ queue, store, histories }: TrainerOptions): Trainer {
  const requireCatalog = async (catalog: CatalogId): Promise<void> => {
    if (!(await histories.exists(catalog))) throw new Problem('catalog-not-found', `there is no catalog ${catalog}`);
  };
  return {
    train: async (catalog) => {
      await requireCatalog(catalog);
      return queue.add(catalog).training;
    },
    status: async (catalog) => {
      await requireCatalog(catalog);
      const versions = await store.versions(catalog);
      return { training: queue.of(catalog), versions };
    },
    rollback: async (catalog) => {
      await requireCatalog(catalog);
      const versions = await store.versions(catalog);
      const serving = versions.findIndex(({ isServing }) => isServing);
      const earlier = serving < 0 ? undefined : versions[serving + 1];
      if (earlier === undefined || !(await store.serve(catalog, earlier.version))) {
        throw new Problem('no-earlier-version', `${catalog} has no earlier version to go back to`);
      }
      return earlier.version;
    },
  };
}
