import type { CatalogId, ItemId, SpaceId, UserId } from '@kindred/shared/id';
import type { HistoryEvent } from '../profile/engagement.ts';
import { ClusterCache, type KeptClusters } from './cluster-cache.ts';
import type { EmbeddingSource, WantedVector } from './embedding-source.ts';
import type { HistorySource, SeenItem } from './history-source.ts';
import type { ItemReader, ItemRow, ItemView, PageKey } from './item-reader.ts';
import { LastKnownUsers } from './last-known-users.ts';
import { type Attempt, StoreGuard, type StoreGuardOptions } from './store-guard.ts';

export interface ReaderOptions extends StoreGuardOptions {
  readonly histories: HistorySource;
  readonly items: ItemReader;
  readonly embeddings: EmbeddingSource;
}

const HISTORY_MAX = 500;

/** Starts the reads of requests, and remembers users as they were last read and clustered, within a bound. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #users = new LastKnownUsers();
  readonly #clusters = new ClusterCache();
  readonly #guard: StoreGuard;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#guard = new StoreGuard(options);
  }

  /** Starts with the items as they are now: one round trip, which later reads wait for. */
  begin(catalog: CatalogId): Reads {
    return new StoreReads(catalog, {
      ...this.#options,
      users: this.#users,
      clusters: this.#clusters,
      attempt: this.#guard.begin(),
    });
  }

  /** Forgets a user as they were last read and clustered, also in reads that are under way. @param hash  By `userHash`. */
  forget(catalog: CatalogId, hash: Buffer): void {
    this.#users.forget(catalog, hash);
    this.#clusters.forget(catalog, hash);
  }

  /** Forgets every user as they were last read and clustered, also in reads that are under way. */
  forgetAll(): void {
    this.#users.forgetAll();
    this.#clusters.forgetAll();
  }
}

/** The reads of one request: from the store, and while that is unavailable from what was read last. */
export interface Reads {
  /** @param hasSeen  True to include impressions. */
  history(user: UserId, hasSeen: boolean): Promise<readonly HistoryEvent[]>;
  seen(user: UserId, items: readonly ItemId[]): Promise<readonly SeenItem[]>;
  rows(space: SpaceId | undefined, items: readonly ItemId[]): Promise<ReadonlyMap<ItemId, ItemRow>>;
  page(after: PageKey | undefined, countMax: number): Promise<readonly PageKey[]>;
  vectors(space: SpaceId, wanted: readonly WantedVector[]): Promise<ReadonlyMap<ItemId, Float32Array>>;
  /** Clusters of the user's engaged items as they were last made; take them before reading the history. */
  clusters(user: UserId): KeptClusters;
  /** Names of stores that did not answer: `history`, `seen`, `items`, `embeddings`. */
  readonly missing: readonly string[];
}

class StoreReads implements Reads {
  readonly #catalog: CatalogId;
  readonly #histories: HistorySource;
  readonly #items: ItemReader;
  readonly #embeddings: EmbeddingSource;
  readonly #users: LastKnownUsers;
  readonly #clusters: ClusterCache;
  readonly #attempt: Attempt;
  readonly #view: Promise<ItemView | undefined>;

  constructor(
    catalog: CatalogId,
    parts: Pick<ReaderOptions, 'histories' | 'items' | 'embeddings'> & {
      readonly users: LastKnownUsers;
      readonly clusters: ClusterCache;
      readonly attempt: Attempt;
    },
  ) {
    this.#catalog = catalog;
    this.#histories = parts.histories;
    this.#items = parts.items;
    this.#embeddings = parts.embeddings;
    this.#users = parts.users;
    this.#clusters = parts.clusters;
    this.#attempt = parts.attempt;
    this.#view = this.#attempt.of(
      'items',
      () => this.#items.view(catalog),
      () => undefined,
    );
    // A request that fails before it reads rows must not leave a rejection behind.
    this.#view.catch(() => {});
  }

  get missing(): readonly string[] {
    return this.#attempt.missing;
  }

  clusters(user: UserId): KeptClusters {
    return this.#clusters.of(this.#catalog, user);
  }

  history(user: UserId, hasSeen: boolean): Promise<readonly HistoryEvent[]> {
    return this.#attempt.of(
      'history',
      async () => {
        const read = { catalog: this.#catalog, user, startMs: performance.now() };
        const history = await this.#histories.history(this.#catalog, user, { countMax: HISTORY_MAX, hasSeen });
        this.#users.rememberHistory(read, history);
        return history;
      },
      () => this.#users.history(this.#catalog, user),
    );
  }

  seen(user: UserId, items: readonly ItemId[]): Promise<readonly SeenItem[]> {
    return this.#attempt.of(
      'seen',
      async () => {
        const read = { catalog: this.#catalog, user, startMs: performance.now() };
        const seen = await this.#histories.seen(this.#catalog, user, items);
        this.#users.rememberSeen(read, seen);
        return seen;
      },
      () => this.#users.seen(this.#catalog, user, items),
    );
  }

  async rows(space: SpaceId | undefined, items: readonly ItemId[]): Promise<ReadonlyMap<ItemId, ItemRow>> {
    const view = await this.#view;
    const last = (): ReadonlyMap<ItemId, ItemRow> => this.#items.kept(this.#catalog, space, items);
    return view === undefined ? last() : this.#attempt.of('items', () => view.rows(space, items), last);
  }

  page(after: PageKey | undefined, countMax: number): Promise<readonly PageKey[]> {
    return this.#attempt.of(
      'items',
      () => this.#items.page(this.#catalog, after, countMax),
      () => [],
    );
  }

  vectors(space: SpaceId, wanted: readonly WantedVector[]): Promise<ReadonlyMap<ItemId, Float32Array>> {
    return this.#attempt.of(
      'embeddings',
      () => this.#embeddings.vectors(this.#catalog, space, wanted),
      () => this.#embeddings.kept(this.#catalog, space, wanted),
    );
  }
}
