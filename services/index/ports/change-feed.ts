import type { CatalogId } from '@kindred/shared/id';
import type { Change, ChangeRange, EmbeddingChange, ItemChange, SpaceChange } from '../domain/change.ts';
import type { SpaceKey } from '../domain/space.ts';

/**
 * The rows of items, embeddings and spaces in the order of their change numbers, which is the order of their commits.
 * A page holds about `limit` rows, and all rows that share its last change number; `[]` at the end.
 * Each adapter keeps `change-feed.contract.ts`.
 */
export interface ChangeFeed {
  /** Names the database that the change numbers belong to, with the highest number that is committed. */
  origin(): Promise<{ readonly source: string; readonly head: number }>;
  /** Every space, the retired included. */
  spaces(): Promise<readonly SpaceChange[]>;
  /** One page of all rows after a change. */
  read(after: number, limit: number): Promise<readonly Change[]>;
  /** One page of items alone. */
  items(range: ChangeRange, limit: number): Promise<readonly ItemChange[]>;
  /** One page of the embeddings of one space. */
  embeddings(space: SpaceKey, range: ChangeRange, limit: number): Promise<readonly EmbeddingChange[]>;
  /**
   * Both as of one moment: whether an item written up to `change` still waits for its embedding in the serving space, and
   * the highest change number that is committed.
   */
  progress(catalog: CatalogId, change: number): Promise<{ readonly isPending: boolean; readonly head: number }>;
}
