import type { CatalogId } from '@kindred/shared/id';
import type { HistorySize } from './domain/training-cost.ts';
import type { Growth } from './domain/training-need.ts';

/** Sizes of catalogs' histories, and their growth. */
export interface CatalogHistories {
  /** All catalogs, by name. */
  catalogs(): Promise<readonly CatalogId[]>;
  exists(catalog: CatalogId): Promise<boolean>;
  /** Growth since a change. Cost: O(1), as no count goes further than it can matter. */
  growth(catalog: CatalogId, sinceChange: number): Promise<Growth>;
  /** Cost: O(events of the catalog). */
  size(catalog: CatalogId): Promise<HistorySize>;
}
