import type { CatalogId } from '@kindred/shared/id';

/** A user as an erasure remembers them. */
export interface ErasedUser {
  readonly catalog: CatalogId;
  /** By `userHash`. */
  readonly hash: Buffer;
  /** Tells erasures of one user apart. */
  readonly erasure: string;
}

/** Erasures that were committed after a place, and the place after them. */
export interface Erasures {
  readonly users: readonly ErasedUser[];
  readonly place: string;
}

/** Follows the erasures of all catalogs, by whichever process they were made. */
export interface ErasureSource {
  /**
   * @param place  As the last call answered it; `undefined` answers no users, and the place of now.
   * @returns Every user whose erasure was committed since, in any order; possibly again some from before, never one less.
   */
  since(place: string | undefined): Promise<Erasures>;
}
