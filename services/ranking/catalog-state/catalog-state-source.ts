import type { CatalogId, SpaceId } from '@kindred/shared/id';
import type { NonPersonalized } from '../sources/non-personalized.ts';

/** Versions of everything that a catalog's state follows from: equal marks mean an equal state. */
export interface CatalogMarks {
  /** Last change of an event or an erasure. */
  readonly events: number;
  /** Last change of an item, an embedding or a space. */
  readonly items: number;
  /** Version of the artifact that should rank; `null` without one. */
  readonly artifact: number | null;
}

/** Reads the parts of a catalog's state that cost a query each. */
export interface CatalogStateSource {
  exists(catalog: CatalogId): Promise<boolean>;
  marks(catalog: CatalogId): Promise<CatalogMarks>;
  /** @returns The lists, each at most `NON_PERSONALIZED_MAX` long, and the serving space if there is one. */
  lists(
    catalog: CatalogId,
  ): Promise<{ readonly nonPersonalized: NonPersonalized; readonly space: SpaceId | undefined }>;
}
