import type { FilterFields } from '@kindred/shared/filter';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import type { Neighbor, NeighborQuery } from '@kindred/shared/neighbor';
import type { SnapshotNeed } from '../domain/snapshot-policy.ts';
import type { Space, SpaceKey } from '../domain/space.ts';

export type { SpaceKey };

/** What the service says about itself; pino's loggers are of this form. */
export interface Log {
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}

/**
 * The vectors of one space, over the fields of its catalog, used by one thread. Each adapter keeps:
 * what was upserted is found at once, what was removed never again; an item without filter fields, or whose fields fail the
 * filter, is never answered; there are k neighbors wherever k items pass; order is by falling similarity, ties by
 * `compareIds`. An approximate adapter may miss a near neighbor (recall@10 ≥ .99), but does not break these.
 */
export interface VectorIndex {
  /** Items that have a vector. */
  readonly size: number;
  /** Deleted and replaced vectors that still take memory. */
  readonly tombstones: number;
  /** Vectors that are scanned until they are built into the graph. */
  readonly unindexed: number;
  has(item: ItemId): boolean;
  /**
   * Takes the vector in place of any earlier one; the vector may be reused afterwards.
   * @param vector  Unit length, shape `[dimensions]`.
   * @throws RangeError for any other vector; the earlier one then stays.
   */
  upsert(item: ItemId, vector: Float32Array): void;
  /** @returns Whether there was a vector. */
  remove(item: ItemId): boolean;
  /**
   * @returns At most k neighbors without the target item; `[]` for a target item without a vector.
   * @throws RangeError for k outside 1 to 1,000 or a vector that could not have been stored.
   */
  search(query: NeighborQuery): readonly Neighbor[];
  /** Builds for about `budgetMs`, at least one step. @returns Whether more is left to build. */
  work(budgetMs: number): boolean;
}

export interface ItemChange {
  readonly kind: 'item';
  readonly change: number;
  readonly catalog: CatalogId;
  readonly item: ItemId;
  /** `undefined` once the item is deleted. */
  readonly fields: FilterFields | undefined;
  /** The spaces in which the item had an embedding when the change was read: it has none in any other. */
  readonly spaces: readonly SpaceId[];
}

export interface EmbeddingChange extends SpaceKey {
  readonly kind: 'embedding';
  readonly change: number;
  readonly item: ItemId;
  readonly vector: Float32Array;
}

export interface SpaceChange extends Space {
  readonly kind: 'space';
  readonly change: number;
}

export type Change = ItemChange | EmbeddingChange | SpaceChange;

/** Where a reading of rows starts and ends, both by change number: `after < change ≤ upTo`. */
export interface ChangeRange {
  readonly after: number;
  readonly upTo: number;
}

/**
 * The rows of items, embeddings and spaces in the order of their change numbers, which is the order in which they were
 * committed. A row is seen with what it holds when it is read; written again, it gets a higher number.
 * A page holds about `limit` rows, all of them where rows share the last number, and `[]` at the end.
 */
export interface ChangeFeed {
  /** Which database the change numbers belong to, and the highest number that is committed. */
  origin(): Promise<{ readonly source: string; readonly head: number }>;
  /** Every space, the retired included. */
  spaces(): Promise<readonly SpaceChange[]>;
  /** One page of everything after a change. */
  read(after: number, limit: number): Promise<readonly Change[]>;
  /** One page of items alone. */
  items(range: ChangeRange, limit: number): Promise<readonly ItemChange[]>;
  /** One page of the embeddings of one space. */
  embeddings(space: SpaceKey, range: ChangeRange, limit: number): Promise<readonly EmbeddingChange[]>;
  /**
   * Seen at one moment: whether an item written up to `change` still waits for its embedding in the serving space, and
   * the highest change number that is committed.
   */
  progress(catalog: CatalogId, change: number): Promise<{ readonly isPending: boolean; readonly head: number }>;
}

/** One space as the engine holds it. */
export interface SpaceStatus extends SpaceKey, SnapshotNeed {
  readonly dimensions: number;
  readonly size: number;
  readonly tombstones: number;
  /** Vectors that were not looked for since the graph last grew: those that it does not lead to are scanned from then on. */
  readonly unchecked: number;
}

/** A change that could not be applied. */
export interface Rejection extends SpaceKey {
  readonly item: ItemId;
  readonly reason: string;
}

export interface OpenedSpace {
  /** Every change up to this one is in the loaded snapshot; 0 without one. */
  readonly change: number;
  /** Why snapshots were not loaded, one sentence for each. */
  readonly refusals: readonly string[];
}

/** What a space is to be when it is opened; a snapshot of anything else is refused. */
export interface SpaceToOpen extends SpaceKey {
  readonly dimensions: number;
  /** As `ChangeFeed.origin` answers. */
  readonly source: string;
  readonly head: number;
}

export interface SearchAnswer {
  /** Changes when the answers may. */
  readonly version: string;
  readonly neighbors: readonly (readonly Neighbor[])[];
}

/** The engine has died or was closed, and is of no more use: what it held is to be built by a new one. */
export class EngineDeadError extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'EngineDeadError';
  }
}

/**
 * All catalogs and spaces, in a thread of its own. Changes and searches take effect in the order in which they are
 * sent; a space is there once its `open` resolves. Every call rejects with
 * `EngineDeadError` once the engine is dead or closed.
 */
export interface IndexEngine {
  /** Starts to hold a space, from its snapshot where a good one is there. A space that is held stays as it is. */
  open(space: SpaceToOpen): Promise<OpenedSpace>;
  /** Forgets a space, in memory and on disk. */
  drop(space: SpaceKey): Promise<void>;
  /** Changes of spaces that are not held are passed over. */
  apply(changes: readonly (ItemChange | EmbeddingChange)[]): Promise<readonly Rejection[]>;
  /** Rejects for a space that is not held and for a query that `VectorIndex.search` throws for. */
  search(space: SpaceKey, queries: readonly NeighborQuery[]): Promise<SearchAnswer>;
  /** Writes a snapshot, which holds every change up to `change`. Rejects when it is not safely on disk. */
  snapshot(space: SpaceKey, change: number): Promise<void>;
  status(): Promise<readonly SpaceStatus[]>;
  /** Ends the thread, after snapshots that are being written. */
  close(): Promise<void>;
}
