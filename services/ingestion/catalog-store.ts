import type { CatalogId, SpaceId } from '@kindred/shared/id';

/** The space of one embedding model, before a catalog has it. */
export interface NewSpace {
  readonly space: SpaceId;
  readonly model: string;
  readonly dimensions: number;
}

/** A catalog with the counts of its items and of its embedding queue. */
export interface CatalogSummary {
  readonly catalog: CatalogId;
  readonly items: number;
  /** Items whose text is not embedded yet. */
  readonly waiting: number;
  /** Items whose text could not be embedded. */
  readonly failed: number;
  /** The space that serves; `undefined` while there is none. */
  readonly space: SpaceId | undefined;
}

/** The catalogs that exist. A catalog that was created survives a crash. */
export interface CatalogStore {
  /** All catalogs by id. Cost: one count over the items and the queue of each. */
  list(): Promise<readonly CatalogSummary[]>;
  /**
   * Creates a catalog with the space that serves it, in one transaction; one that exists stays unchanged.
   * @returns True if it is new.
   */
  create(catalog: CatalogId, space: NewSpace): Promise<boolean>;
  exists(catalog: CatalogId): Promise<boolean>;
}
