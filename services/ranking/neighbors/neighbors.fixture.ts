import type { ItemFields } from '@kindred/shared/catalog';
import type { Embedder } from '@kindred/shared/embedding/embedder';
import { type CatalogId, type ItemId, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { normalise } from '@kindred/shared/numeric/vector';
import { createLog } from '@kindred/shared/platform/log';
import { ReadYourWrites } from '../events/read-your-writes.ts';
import { KnownCatalogs } from '../known-catalogs.ts';
import { MemoryHistorySource } from '../reads/history-source.fixture.ts';
import { MemoryEmbeddingSource } from '../reads/memory-embedding-source.ts';
import { MemoryItemReader } from '../reads/memory-item-reader.ts';
import { Reader } from '../reads/reader.ts';
import { StoreProbe, StoreUnavailable } from '../reads/store-probe.fixture.ts';
import type { NeighborRequest } from './live-neighbors.ts';
import { MemoryNeighborSource } from './memory-neighbor-source.ts';
import { NeighborProbe } from './neighbor-probe.fixture.ts';
import { Search } from './search.ts';
import { Similar } from './similar.ts';

export const SPACE = 'space' as SpaceId;
export const NEXT_SPACE = 'next space' as SpaceId;
const MODELLED: readonly SpaceId[] = [SPACE, NEXT_SPACE];

export function requestOf(request: Partial<NeighborRequest> = {}): NeighborRequest {
  return { limit: 10, filter: undefined, expand: false, after: undefined, ...request };
}

/** The item at an angle around that of item 0, in either direction by its parity. */
export function vectorOf(n: number): Float32Array {
  const angle = (n % 2 === 0 ? n : -n) / 1_000;
  return normalise(Float32Array.of(Math.cos(angle), Math.sin(angle)));
}

export const idOf = (n: number): ItemId => `item-${String(n).padStart(4, '0')}` as ItemId;

/** A catalog of items ever farther from the first, with the use cases that ask for neighbors. */
export class NeighborsFixture {
  readonly stores: StoreProbe;
  readonly neighbors: NeighborProbe;
  readonly similar: Similar;
  readonly search: Search;
  /** Spaces and texts that were embedded. */
  readonly embedded: string[] = [];
  readonly #items = new MemoryItemReader();
  readonly #index = new MemoryNeighborSource();
  #change = 0;

  constructor(count: number) {
    const histories = new MemoryHistorySource();
    const embeddings = new MemoryEmbeddingSource();
    this.stores = new StoreProbe({ histories, items: this.#items, embeddings });
    this.neighbors = new NeighborProbe(this.#index);
    const catalogs = new KnownCatalogs({
      existing: async (asked: readonly CatalogId[]) => new Set(asked.filter((catalog) => catalog === MAIN_CATALOG)),
    });
    const writes = new ReadYourWrites({ events: { progress: async () => new Map() }, neighbors: this.neighbors });
    const reader = new Reader({
      histories: this.stores.histories,
      items: this.stores.items,
      embeddings: this.stores.embeddings,
      isAway: (error) => error instanceof StoreUnavailable,
      log: createLog('test', 'silent'),
    });
    const { neighbors } = this;
    this.similar = new Similar({ catalogs, writes, reader, neighbors });
    this.search = new Search({ catalogs, writes, reader, neighbors, embedderOf: (space) => this.#embedderOf(space) });
    this.serve(SPACE);
    for (let n = 0; n < count; n++) {
      this.put(idOf(n));
      this.embed(idOf(n), vectorOf(n));
    }
  }

  put(item: ItemId, fields: ItemFields = {}, { isIndexed = true } = {}): void {
    const change = ++this.#change;
    this.#items.put(MAIN_CATALOG, { item, change, fields, createdAtMs: 0 });
    if (isIndexed) this.#index.putItem(MAIN_CATALOG, item, fields, change);
  }

  embed(item: ItemId, vector: Float32Array, space: SpaceId = SPACE): void {
    const change = ++this.#change;
    this.#items.embed(MAIN_CATALOG, space, item, change);
    this.#index.embed(MAIN_CATALOG, space, item, { vector, change });
  }

  /** Deletes an item that the index still knows. */
  remove(item: ItemId): void {
    this.#items.remove(MAIN_CATALOG, item);
  }

  serve(space: SpaceId | undefined): void {
    this.#index.serve(MAIN_CATALOG, space, ++this.#change);
  }

  get lastChange(): number {
    return this.#change;
  }

  /** An embedder that turns a number into the vector of that item, at right angles to it in the next space. */
  #embedderOf(space: SpaceId): Embedder | undefined {
    if (!MODELLED.includes(space)) return undefined;
    const embedder = {
      space,
      dimensions: 2,
      concurrency: 1,
      embed: async (text: string, kind: 'item' | 'query') => {
        this.embedded.push(`${space}: ${kind} ${text}`);
        const [x = 0, y = 0] = vectorOf(Number(text));
        return space === SPACE ? Float32Array.of(x, y) : Float32Array.of(-y, x);
      },
      close: async () => {},
    };
    return embedder;
  }
}
