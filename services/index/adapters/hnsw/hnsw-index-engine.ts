import type { CatalogId } from '@kindred/shared/id';
import type { NeighborQuery } from '@kindred/shared/neighbor';
import type { Change, SpaceChange } from '../../domain/change.ts';
import type { SpaceKey } from '../../domain/space.ts';
import type { EngineSnapshots, SpaceSnapshotNeed } from '../../ports/engine-snapshots.ts';
import {
  EngineDeadError,
  type EngineStatus,
  type IndexEngine,
  type OpenedSpace,
  type Rejection,
  type SearchAnswer,
  type SpaceToOpen,
} from '../../ports/index-engine.ts';
import { HnswCatalog } from './hnsw-catalog.ts';
import { HNSW_DEFAULTS, type HnswOptions } from './hnsw-options.ts';
import { HnswSpace } from './hnsw-space.ts';
import { dropSnapshots, snapshotFolder } from './snapshot/snapshot-folder.ts';

/** Settings of an engine of HNSW graphs. */
export interface HnswEngineOptions {
  /** Folder of all snapshots. */
  readonly root: string;
  /** Settings that differ from `HNSW_DEFAULTS`. */
  readonly index?: Partial<HnswOptions>;
}

/**
 * All catalogs and spaces as HNSW graphs in this thread: searches and changes block it, and its owner calls `work` and
 * `check` whenever there is nothing else to do.
 */
export class HnswIndexEngine implements IndexEngine, EngineSnapshots {
  readonly snapshots: EngineSnapshots = this;
  readonly #root: string;
  readonly #options: HnswOptions;
  readonly #catalogs = new Map<CatalogId, HnswCatalog>();
  #position = 0;
  #isClosed = false;
  /** Place of the space that was last built. */
  #turn = 0;

  constructor({ root, index }: HnswEngineOptions) {
    this.#root = root;
    this.#options = { ...HNSW_DEFAULTS, ...index };
  }

  async open(space: SpaceToOpen): Promise<OpenedSpace> {
    this.#requireOpen();
    const { items, spaces } = this.#catalogOf(space.catalog);
    const known = spaces.get(space.space);
    if (known) return { change: known.change, refusals: [] };
    const { held, ...opened } = await HnswSpace.open(space, { root: this.#root, items, options: this.#options });
    spaces.set(space.space, held);
    return opened;
  }

  async apply(changes: readonly Change[], position?: number): Promise<readonly Rejection[]> {
    this.#requireOpen();
    const rejections: Rejection[] = [];
    const drops: Promise<void>[] = [];
    for (const change of changes) {
      if (change.kind !== 'space') rejections.push(...this.#catalogOf(change.catalog).apply(change));
      else if (change.state === 'retired') drops.push(this.#drop(change));
    }
    if (position !== undefined) {
      this.#position = Math.max(this.#position, position);
      for (const space of this.#spaces()) space.reach(position);
    }
    await Promise.all(drops);
    return rejections;
  }

  async search(key: SpaceKey, queries: readonly NeighborQuery[]): Promise<SearchAnswer> {
    const { index } = this.#require(key);
    return {
      version: `${index.version}.${this.#catalogOf(key.catalog).change}`,
      neighbors: queries.map((query) => index.search(query)),
    };
  }

  async status(): Promise<EngineStatus> {
    this.#requireOpen();
    return { position: this.#position, spaces: this.#spaces().map((space) => space.status()) };
  }

  async snapshotNeeds(): Promise<readonly SpaceSnapshotNeed[]> {
    this.#requireOpen();
    return this.#spaces().map((space) => space.snapshotNeed());
  }

  async writeSnapshot(key: SpaceKey): Promise<number> {
    return this.#require(key).save();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#spaces().map((space) => space.saved()));
    this.#catalogs.clear();
  }

  /** Builds for about `budgetMs` if there is something to be built. @returns True if more is left. */
  work(budgetMs: number): boolean {
    const deadline = performance.now() + budgetMs;
    const spaces = this.#spaces();
    for (let i = 0; i < spaces.length; i++) {
      this.#turn = (this.#turn + 1) % spaces.length;
      const isLeft = spaces[this.#turn]!.index.work(deadline - performance.now());
      if (isLeft || performance.now() >= deadline) return true;
    }
    return false;
  }

  /** Checks for about `budgetMs` which vectors are unreachable; see `HnswIndex.check`. @returns True if more are left. */
  check(budgetMs: number): boolean {
    const deadline = performance.now() + budgetMs;
    return this.#spaces().some(({ index }) => index.check(deadline - performance.now()));
  }

  /** Forgets a space at once, then its snapshots, which may be there for a space that is not held too. */
  async #drop(key: SpaceChange): Promise<void> {
    const { spaces } = this.#catalogOf(key.catalog);
    const held = spaces.get(key.space);
    spaces.delete(key.space);
    held?.index.close();
    await held?.saved();
    await dropSnapshots(snapshotFolder(this.#root, key));
  }

  #spaces(): readonly HnswSpace[] {
    return [...this.#catalogs.values()].flatMap(({ spaces }) => [...spaces.values()]);
  }

  #catalogOf(id: CatalogId): HnswCatalog {
    let catalog = this.#catalogs.get(id);
    if (catalog === undefined) {
      catalog = new HnswCatalog();
      this.#catalogs.set(id, catalog);
    }
    return catalog;
  }

  #require({ catalog, space }: SpaceKey): HnswSpace {
    this.#requireOpen();
    const held = this.#catalogs.get(catalog)?.spaces.get(space);
    if (held === undefined) throw new Error(`space ${space} of catalog ${catalog} is not held`);
    return held;
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new EngineDeadError('the index engine is closed');
  }
}
