import type { CatalogId } from '@kindred/shared/id';
import { Problem } from '@kindred/shared/problem';
import type { ArtifactStore, ArtifactVersion } from './artifact-store.ts';
import type { CatalogHistories } from './catalog-histories.ts';
import type { Training, TrainingQueue } from './training-queue.ts';

export interface TrainerOptions {
  readonly queue: TrainingQueue;
  readonly store: ArtifactStore;
  readonly histories: CatalogHistories;
}

export interface TrainingStatus {
  /** The last training in this process; `undefined` for none. */
  readonly training: Training | undefined;
  /** Latest first. */
  readonly versions: readonly ArtifactVersion[];
}

/** Trainings of catalogs on request. Every method throws {Problem} `catalog-not-found`. */
export class Trainer {
  readonly #queue: TrainingQueue;
  readonly #store: ArtifactStore;
  readonly #histories: CatalogHistories;

  constructor({ queue, store, histories }: TrainerOptions) {
    this.#queue = queue;
    this.#store = store;
    this.#histories = histories;
  }

  /** Queues a training of a catalog. @returns It, waiting or running. */
  async train(catalog: CatalogId): Promise<Training> {
    await this.#requireCatalog(catalog);
    return this.#queue.add(catalog).training;
  }

  async status(catalog: CatalogId): Promise<TrainingStatus> {
    await this.#requireCatalog(catalog);
    const versions = await this.#store.versions(catalog);
    return { training: this.#queue.of(catalog), versions };
  }

  /**
   * Lets the version before the one that serves take its place, until the next training.
   * @throws {Problem} `no-earlier-version`
   * @returns The version that serves.
   */
  async rollback(catalog: CatalogId): Promise<number> {
    await this.#requireCatalog(catalog);
    const versions = await this.#store.versions(catalog);
    const serving = versions.findIndex(({ isServing }) => isServing);
    const earlier = serving < 0 ? undefined : versions[serving + 1];
    if (earlier === undefined || !(await this.#store.serve(catalog, earlier.version))) {
      throw new Problem('no-earlier-version', `${catalog} has no earlier version to go back to`);
    }
    return earlier.version;
  }

  async #requireCatalog(catalog: CatalogId): Promise<void> {
    if (!(await this.#histories.exists(catalog))) {
      throw new Problem('catalog-not-found', `there is no catalog ${catalog}`);
    }
  }
}
