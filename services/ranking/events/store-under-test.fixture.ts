import type { CatalogId, ItemId } from '@kindred/shared/id';
import type { HistorySource } from '../reads/history-source.ts';
import type { ErasureSource } from '../users/erasure-source.ts';
import type { EventStore } from './event-store.ts';

/** An event store, and the ports that read what it stored. */
export interface StoreUnderTest {
  readonly store: EventStore;
  readonly histories: HistorySource;
  readonly erasures: ErasureSource;
  /** Creates a catalog. */
  newCatalog(): Promise<CatalogId>;
  deleteItem(catalog: CatalogId, item: ItemId): Promise<void>;
}
