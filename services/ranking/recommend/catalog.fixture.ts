import { setImmediate } from 'node:timers/promises';
import type { ItemFields } from '@kindred/shared/catalog';
import type { EventType } from '@kindred/shared/event';
import { type CatalogId, type EventId, type ItemId, MAIN_CATALOG, type SpaceId, type UserId } from '@kindred/shared/id';
import { DAY_MS, HALF_LIFE_DAYS } from '@kindred/shared/model/decay';
import { engagementWeight } from '@kindred/shared/model/engagement';
import { normalise } from '@kindred/shared/numeric/vector';
import { createLog } from '@kindred/shared/platform/log';
import { CatalogStateCache } from '../catalog-state/catalog-state-cache.ts';
import { MemoryCatalogBuilder } from '../catalog-state/memory-catalog-builder.ts';
import { MemoryCatalogStateSource } from '../catalog-state/memory-catalog-state-source.ts';
import type { Reflected } from '../events/read-your-writes.ts';
import { MemoryNeighborSource } from '../neighbors/memory-neighbor-source.ts';
import { NeighborProbe } from '../neighbors/neighbor-probe.fixture.ts';
import { MemoryHistorySource } from '../reads/history-source.fixture.ts';
import { MemoryEmbeddingSource } from '../reads/memory-embedding-source.ts';
import { MemoryItemReader } from '../reads/memory-item-reader.ts';
import { Reader } from '../reads/reader.ts';
import { StoreProbe, StoreUnavailable } from '../reads/store-probe.fixture.ts';
import type { TrainedCatalog } from '../sources/trained-scores.ts';
import type { OpenRequest } from './catalog-defaults.ts';
import { Recommender } from './pipeline.ts';
import type { RecommendRequest, Slate } from './slate.ts';

const log = createLog('test', 'silent');
const SPACE = 'space' as SpaceId;
/** Moment of the requests; everything was written before. */
export const NOW_MS = 1_000 * DAY_MS;

export interface FixtureItem {
  readonly item: ItemId;
  readonly fields?: ItemFields;
  readonly createdAtMs?: number;
  /** Scaled to unit length; `undefined` for an item that is not embedded. */
  readonly vector?: readonly number[] | undefined;
  /** By default the next one. */
  readonly change?: number;
}

export interface FixtureEvent {
  readonly user: UserId;
  readonly item: ItemId;
  readonly type: EventType;
  readonly atMs?: number;
  readonly change?: number;
}

/** A catalog over memory adapters, with a recommender: writes reach all adapters at once, unless they are told apart. */
export class CatalogFixture {
  readonly catalog: CatalogId;
  readonly stores: StoreProbe;
  readonly neighbors: NeighborProbe;
  readonly states: CatalogStateCache;
  readonly reader: Reader;
  readonly recommender: Recommender;
  /** Stages of the last request with the names of what they lacked. */
  readonly stages: { readonly name: string; readonly missing: readonly string[] }[] = [];
  nowMs = NOW_MS;
  readonly #histories = new MemoryHistorySource();
  readonly #items = new MemoryItemReader();
  readonly #embeddings = new MemoryEmbeddingSource();
  readonly #source = new MemoryCatalogStateSource();
  readonly #builder = new MemoryCatalogBuilder();
  readonly #index = new MemoryNeighborSource();
  readonly #events: FixtureEvent[] = [];
  #lastChange = 0;

  constructor(catalog: CatalogId = MAIN_CATALOG) {
    this.catalog = catalog;
    this.stores = new StoreProbe({ histories: this.#histories, items: this.#items, embeddings: this.#embeddings });
    this.neighbors = new NeighborProbe(this.#index);
    this.states = new CatalogStateCache({ source: this.#source, builder: this.#builder, log, now: () => this.nowMs });
    const { histories, items, embeddings } = this.stores;
    const isAway = (error: unknown): boolean => error instanceof StoreUnavailable;
    this.reader = new Reader({ histories, items, embeddings, isAway, log, now: () => this.nowMs });
    const meter = {
      stages: () => {
        this.stages.length = 0;
        return (name: string, missing: readonly string[] = []) => void this.stages.push({ name, missing });
      },
    };
    const { reader, states, neighbors } = this;
    this.recommender = new Recommender({ reader, states, neighbors, meter, log });
    this.#source.create(catalog);
    this.serve(SPACE);
  }

  put({ item, fields = {}, createdAtMs = 0, vector, change = this.#next() }: FixtureItem): void {
    const { catalog } = this;
    this.#items.put(catalog, { item, change, fields, createdAtMs });
    this.#source.putItem(catalog, item, { createdAtMs, available: fields.available ?? true, change });
    this.#index.putItem(catalog, item, fields, change);
    if (vector !== undefined) this.embed(item, vector, { change });
  }

  /** @param isIndexed  False if the index has not seen it yet. */
  embed(item: ItemId, vector: readonly number[], { change = this.#next(), isIndexed = true } = {}): void {
    const { catalog } = this;
    const unit = normalise(Float32Array.from(vector));
    this.#items.embed(catalog, SPACE, item, change);
    this.#embeddings.put(catalog, SPACE, item, { change, vector: unit });
    this.#builder.embed(catalog, SPACE, item, unit);
    this.#source.embed(catalog, change);
    if (isIndexed) this.#index.embed(catalog, SPACE, item, { vector: unit, change });
  }

  /** Deletes an item. @param isIndexed  False if the index has not seen it yet. */
  remove(item: ItemId, { change = this.#next(), isIndexed = true } = {}): void {
    const { catalog } = this;
    this.#items.remove(catalog, item);
    this.#embeddings.remove(catalog, SPACE, item);
    this.#builder.removeEmbedding(catalog, SPACE, item);
    this.#histories.removeItem(catalog, item);
    this.#source.removeItem(catalog, item, change);
    if (isIndexed) this.#index.removeItem(catalog, item, change);
  }

  add({ user, item, type, atMs = NOW_MS, change = this.#next() }: FixtureEvent): void {
    const { catalog } = this;
    const id = `event-${String(change).padStart(5, '0')}` as EventId;
    this.#histories.add(catalog, user, { id, item, type, value: 1, atMs, isRetracted: false });
    this.#events.push({ user, item, type, atMs, change });
    if (engagementWeight(type, 1) > 0) this.#builder.engage(catalog, user, item);
    const own = this.#events.filter((event) => event.item === item).sort((a, b) => a.change! - b.change!);
    this.#source.rank(catalog, item, { short: rankOf(own, 'short'), long: rankOf(own, 'long') }, change);
  }

  serve(space: SpaceId): void {
    const change = this.#next();
    this.#source.serve(this.catalog, space, change);
    this.#index.serve(this.catalog, space, change);
  }

  /** Lets an artifact rank. */
  train(trained: TrainedCatalog): void {
    this.#builder.putArtifact(this.catalog, trained.version, trained);
    this.#source.serveArtifact(this.catalog, trained.version);
  }

  /** Lets a second pass, and everything be done that requests start behind them. */
  async settle(user: UserId = 'nobody' as UserId): Promise<void> {
    this.nowMs += 1_001;
    await this.recommend({ user });
    await setImmediate();
    await setImmediate();
  }

  recommend(request: Partial<OpenRequest> & Pick<OpenRequest, 'user'>, after?: Reflected): Promise<Slate> {
    const open: OpenRequest = { ...requestOf({ user: request.user }), ...request };
    return this.recommender.recommend(this.catalog, open, after);
  }

  /** Forgets all that is cached. */
  close(): Promise<void> {
    return this.states.stop();
  }

  #next(): number {
    return ++this.#lastChange;
  }
}

export function requestOf(request: Partial<RecommendRequest> & Pick<RecommendRequest, 'user'>): RecommendRequest {
  return {
    limit: 10,
    exclude: [],
    filter: undefined,
    diversity: 0.3,
    includeSeen: false,
    explain: true,
    expand: false,
    atMs: NOW_MS,
    seed: 1,
    ...request,
  };
}

/** Rank of an item by the sum of its engagement, decayed to `NOW_MS`; `undefined` if that is nothing. */
function rankOf(events: readonly FixtureEvent[], kind: 'short' | 'long'): number | undefined {
  const halfLifeMs = HALF_LIFE_DAYS[kind] * DAY_MS;
  const sum = events.reduce((total, { type, atMs = NOW_MS }) => {
    return total + engagementWeight(type, 1) * 2 ** ((atMs - NOW_MS) / halfLifeMs);
  }, 0);
  return sum === 0 ? undefined : Math.log2(sum) + NOW_MS / halfLifeMs;
}
