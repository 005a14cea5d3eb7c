import type { CatalogId, UserId } from '@kindred/shared/id';
import { LRUCache } from 'lru-cache';
import type { Cluster } from '../profile/interest.ts';
import { userHash } from '../user-hash.ts';

/** Users whose clusters are cached, at some 10 kB each. */
const USERS_MAX = 5_000;

/** A user's cached clusters, for one request; taken before the user's history is read. */
export interface KeptClusters {
  /** @param basis  Everything that the clusters depend on. @returns `undefined` unless they were stored for the same basis. */
  get(basis: string): readonly Cluster[] | undefined;
  /** Stores the clusters in place of the user's last ones, unless a user was forgotten in the meantime. */
  set(basis: string, clusters: readonly Cluster[]): void;
}

/** The latest clusters of each user, within a bound. */
export class ClusterCache {
  readonly #byUser = new LRUCache<string, { readonly basis: string; readonly clusters: readonly Cluster[] }>({
    max: USERS_MAX,
  });
  /** Counts forgetting of any user: erasures are rare, and clusters that are not stored are only made again. */
  #forgotten = 0;

  of(catalog: CatalogId, user: UserId): KeptClusters {
    const key = keyOf(catalog, userHash(user));
    const forgotten = this.#forgotten;
    return {
      get: (basis) => {
        const known = this.#byUser.get(key);
        return known?.basis === basis ? known.clusters : undefined;
      },
      set: (basis, clusters) => {
        if (forgotten === this.#forgotten) this.#byUser.set(key, { basis, clusters });
      },
    };
  }

  /** Forgets a user, also in reads that are under way. @param hash  By `userHash`. */
  forget(catalog: CatalogId, hash: Buffer): void {
    this.#forgotten++;
    this.#byUser.delete(keyOf(catalog, hash));
  }

  /** Forgets every user, also in reads that are under way. */
  forgetAll(): void {
    this.#forgotten++;
    this.#byUser.clear();
  }
}

function keyOf(catalog: CatalogId, hash: Buffer): string {
  return `${catalog}\n${hash.toString('base64')}`;
}
