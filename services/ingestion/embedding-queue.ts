import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import type { NewSpace } from './catalog-store.ts';

/** One text to embed. */
export interface EmbeddingTask {
  readonly catalog: CatalogId;
  readonly item: ItemId;
  readonly text: string;
  readonly textHash: Buffer;
}

/** A task with its result. */
export interface EmbeddedTask extends EmbeddingTask {
  /** Unit length, shape `[dimensions]` of the space. */
  readonly vector: Float32Array;
}

/** The result of one batch. A task in neither list stays queued as if it had not been claimed. */
export interface EmbeddingOutcome {
  readonly embedded: readonly EmbeddedTask[];
  readonly failures: readonly { readonly task: EmbeddingTask; readonly reason: string }[];
}

/** Counts of tasks that wait, and of those that were given up after three attempts. */
export interface EmbeddingBacklog {
  readonly waiting: number;
  readonly failed: number;
}

/** Items that wait for their embedding. A claimed task belongs to its claimer until `embed` settles or the claimer dies. */
export interface EmbeddingQueue {
  /**
   * Claims up to `countMax` tasks of the space, oldest first, runs `embed` on them and stores the vectors of texts that
   * are still the items' own. A failure counts as one attempt; a task is left as failed after three.
   * @returns The number of tasks claimed.
   */
  work(
    space: SpaceId,
    countMax: number,
    embed: (tasks: readonly EmbeddingTask[]) => Promise<EmbeddingOutcome>,
  ): Promise<number>;
  /** Spaces with tasks to claim now. */
  spacesWithWork(): Promise<readonly SpaceId[]>;
  /** Makes the model's space exist in every catalog, and queues every item without an embedding in it. */
  openSpaces(space: NewSpace): Promise<void>;
  /** Lets every space that is filled serve in place of the one before it. @returns The number of spaces that took over. */
  promoteFilled(): Promise<number>;
  /** Counts over all catalogs and replicas together. */
  backlog(): Promise<EmbeddingBacklog>;
}
