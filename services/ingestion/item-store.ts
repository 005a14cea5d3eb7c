import type { Item, ItemFields } from '@kindred/shared/catalog';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';

export interface CatalogSummary {
  readonly catalog: CatalogId;
  readonly items: number;
  /** Items whose text is not embedded yet. */
  readonly waiting: number;
  /** Items whose text could not be embedded. */
  readonly failed: number;
  readonly space: SpaceId | undefined;
}

export interface CatalogStore {
  list(): Promise<readonly CatalogSummary[]>;
  /** @returns Whether it is new. */
  create(catalog: CatalogId, space: NewSpace): Promise<boolean>;
  exists(catalog: CatalogId): Promise<boolean>;
}

export interface NewSpace {
  readonly space: SpaceId;
  readonly model: string;
  readonly dimensions: number;
}

/** An item as it is stored. */
export interface StoredItem {
  readonly id: ItemId;
  readonly fields: ItemFields;
  readonly createdAtMs: number;
  /** The number of its last write, in commit order over all catalogs. */
  readonly change: number;
}

/** Which state an item must be in for a write to happen: any of these changes, or merely to exist. */
export type Precondition = { readonly changes: readonly number[] } | 'exists';

export interface WrittenItem {
  readonly item: StoredItem;
  readonly isNew: boolean;
}

/** Items with their change numbers, which rise in commit order. What a write acknowledges survives a crash. */
export interface ItemStore {
  /**
   * Stores all items in one transaction and queues those whose text changed; of two with one id the later one stays.
   * @throws {Problem} `catalog-not-found`
   * @returns The highest change number.
   */
  putAll(catalog: CatalogId, items: readonly Item[], nowMs: number): Promise<number>;
  /** @throws {Problem} `catalog-not-found`, `precondition-failed` */
  put(catalog: CatalogId, item: Item, nowMs: number, precondition: Precondition | undefined): Promise<WrittenItem>;
  get(catalog: CatalogId, item: ItemId): Promise<StoredItem | undefined>;
  /**
   * @returns The change number of the deletion.
   * @throws {Problem} `catalog-not-found`, `item-not-found`, `precondition-failed`
   */
  delete(catalog: CatalogId, item: ItemId, precondition: Precondition | undefined): Promise<number>;
}

/** One text to embed. */
export interface EmbeddingTask {
  readonly catalog: CatalogId;
  readonly item: ItemId;
  readonly text: string;
  readonly textHash: Buffer;
}

export interface EmbeddedTask extends EmbeddingTask {
  /** Unit length, shape `[dimensions]` of the space. */
  readonly vector: Float32Array;
}

/** Items that wait for their embedding. A claimed task belongs to its claimer until that resolves or dies. */
export interface EmbeddingQueue {
  /**
   * Claims up to `countMax` tasks of the space, oldest first, runs `embed` on them and stores what it returns; tasks
   * that it leaves out count as a failed attempt, with the reason it gives.
   * @returns How many tasks were claimed.
   */
  work(
    space: SpaceId,
    countMax: number,
    embed: (tasks: readonly EmbeddingTask[]) => Promise<EmbeddingOutcome>,
  ): Promise<number>;
  /** Spaces that still have tasks to claim. */
  spacesWithWork(): Promise<readonly SpaceId[]>;
  /** Makes the model's space exist in every catalog, with every item that it lacks queued. */
  openSpaces(space: NewSpace): Promise<void>;
  /** Lets every space that is filled serve instead of the one before it. @returns How many took over. */
  promoteFilled(): Promise<number>;
  backlog(): Promise<{ readonly waiting: number; readonly failed: number }>;
}

export interface EmbeddingOutcome {
  readonly embedded: readonly EmbeddedTask[];
  readonly failures: readonly { readonly task: EmbeddingTask; readonly reason: string }[];
}
