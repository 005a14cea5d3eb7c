import type { ItemId } from '@kindred/shared/id';
import type { Neighbor, NeighborQuery } from '@kindred/shared/neighbor';
import type { Change } from '../domain/change.ts';
import type { SpaceKey } from '../domain/space.ts';
import type { EngineSnapshots } from './engine-snapshots.ts';

/** A space as the source has it; nothing kept of another source or with other dimensions is used for it. */
export interface SpaceToOpen extends SpaceKey {
  readonly dimensions: number;
  /** Names the database that change numbers belong to, as `ChangeFeed.origin` answers. */
  readonly source: string;
  /** Highest change of that database. */
  readonly head: number;
}

/** A space as the engine found it when it was opened. */
export interface OpenedSpace {
  /** Every embedding of the space up to this change is in the engine; 0 for an empty space. */
  readonly change: number;
  /** Reasons for which kept data was not used, one sentence each. */
  readonly refusals: readonly string[];
}

/** An embedding that cannot be stored. */
export interface Rejection extends SpaceKey {
  readonly item: ItemId;
  readonly reason: string;
}

/** Neighbors by one state of the engine. */
export interface SearchAnswer {
  /** Changes when the answers may. */
  readonly version: string;
  /** One list per query, in the order of the queries. */
  readonly neighbors: readonly (readonly Neighbor[])[];
}

/** One space as the engine holds it. */
export interface SpaceStatus extends SpaceKey {
  /** Items that have a vector. */
  readonly size: number;
  /** Deleted and replaced vectors that still take memory. */
  readonly tombstones: number;
  /** Vectors that are scanned until they are built into the engine's graph. */
  readonly unindexed: number;
  /** Vectors that are yet to be checked for being unreachable, since the graph last grew. */
  readonly unchecked: number;
}

/** Position and sizes of all that an engine holds. */
export interface EngineStatus {
  /** Highest position that `apply` was given; 0 for an engine that holds nothing. */
  readonly position: number;
  readonly spaces: readonly SpaceStatus[];
}

/** The engine has died or was closed. It is of no more use: a new one takes its place. */
export class EngineDeadError extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'EngineDeadError';
  }
}

/**
 * Holds the vectors of all spaces with the filter fields of their items, and answers nearest-neighbor queries.
 * An engine is a folder below `adapters/` and one value of `KINDRED_INDEX_ENGINE`. It may live in this process or be
 * a remote system that keeps what it was given. Each engine keeps `index-engine.contract.ts`:
 * - calls take effect in the order in which they are made, and a change can be found once its `apply` resolves;
 * - no deleted item, no item without filter fields and none whose fields fail the filter is ever answered;
 * - a list has k neighbors wherever k items pass, by falling similarity, ties by `compareIds`, without the target item;
 * - an approximate engine may miss near neighbors, but its recall@10 is at least .99 at any selectivity;
 * - every call but `close` rejects with `EngineDeadError` once the engine is dead or closed.
 */
export interface IndexEngine {
  /**
   * Starts to hold a space, from what the engine has kept of it. A space that is held stays as it is.
   * @returns The change to go on from with the embeddings of the space; items go on from the position in `status`.
   */
  open(space: SpaceToOpen): Promise<OpenedSpace>;
  /**
   * Applies rows in their order, idempotently. Embeddings of spaces that are not held are passed over. A retired space is
   * dropped with all that was kept of it; a space in any other state is passed over.
   * @param position  Every change up to this one is in the engine once these are. An engine that keeps changes stores it
   *   with them, in one transaction. `undefined` for rows that are read out of order.
   */
  apply(changes: readonly Change[], position?: number): Promise<readonly Rejection[]>;
  /**
   * Answers all queries by one state of the engine; `[]` for a target item without a vector.
   * Rejects for a space that is not held, a k outside 1 to 1,000 and a vector that could not be stored.
   */
  search(space: SpaceKey, queries: readonly NeighborQuery[]): Promise<SearchAnswer>;
  status(): Promise<EngineStatus>;
  /** Ends the engine, after snapshots that are being written. */
  close(): Promise<void>;
  /** `undefined` for an engine that keeps no snapshots. */
  readonly snapshots: EngineSnapshots | undefined;
}

/**
 * Starts an engine that holds no space yet.
 * @param onDeath  Called once if the engine ends without having been closed; its pending calls have been rejected by then.
 */
export type StartEngine = (onDeath: (error: Error) => void) => Promise<IndexEngine>;
