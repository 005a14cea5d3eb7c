import { type FilterFields, predicateOf } from '@kindred/shared/filter';
import { type CatalogId, compareIds, type ItemId, type SpaceId } from '@kindred/shared/id';
import type { Neighbor, NeighborQuery } from '@kindred/shared/neighbor';
import { dot } from '@kindred/shared/numeric/vector';
import type { Change, EmbeddingChange, ItemChange } from '../../domain/change.ts';
import { K_MAX } from '../../domain/neighbor-request.ts';
import type { SpaceKey } from '../../domain/space.ts';
import { unitVector } from '../../domain/unit-vector.ts';
import { rejectionsOf } from '../../ports/embedding-rejection.ts';
import {
  EngineDeadError,
  type EngineStatus,
  type IndexEngine,
  type OpenedSpace,
  type Rejection,
  type SearchAnswer,
  type SpaceToOpen,
} from '../../ports/index-engine.ts';

interface ExactSpace {
  readonly key: SpaceKey;
  readonly dimensions: number;
  readonly vectors: Map<ItemId, Float32Array>;
  change: number;
}

interface ExactCatalog {
  readonly fields: Map<ItemId, FilterFields>;
  readonly spaces: Map<SpaceId, ExactSpace>;
  change: number;
}

/**
 * Compares with every vector and sorts all of them: plain enough to be the oracle of other engines, and no approximation
 * where a catalog is small. It works in the caller's thread, which a search blocks, and keeps nothing: after a restart all
 * is read again. A removed vector leaves memory at once. Cost of a search: O(items · (dimensions + log items)).
 */
export class ExactIndexEngine implements IndexEngine {
  readonly snapshots = undefined;
  readonly #catalogs = new Map<CatalogId, ExactCatalog>();
  #position = 0;
  #isClosed = false;

  async open({ catalog, space, dimensions }: SpaceToOpen): Promise<OpenedSpace> {
    const { spaces } = this.#catalogOf(catalog);
    const held = spaces.get(space) ?? { key: { catalog, space }, dimensions, vectors: new Map(), change: 0 };
    spaces.set(space, held);
    return { change: held.change, refusals: [] };
  }

  async apply(changes: readonly Change[], position?: number): Promise<readonly Rejection[]> {
    this.#requireOpen();
    const rejections = changes.flatMap((change) => this.#apply(change));
    if (position !== undefined) {
      this.#position = Math.max(this.#position, position);
      for (const space of this.#spaces()) space.change = Math.max(space.change, position);
    }
    return rejections;
  }

  async search({ catalog, space }: SpaceKey, queries: readonly NeighborQuery[]): Promise<SearchAnswer> {
    const { fields, spaces, change } = this.#catalogOf(catalog);
    const held = spaces.get(space);
    if (held === undefined) throw new Error(`space ${space} of catalog ${catalog} is not held`);
    return { version: `exact.${change}`, neighbors: queries.map((query) => nearest(held, fields, query)) };
  }

  async status(): Promise<EngineStatus> {
    this.#requireOpen();
    const spaces = this.#spaces().map(({ key, vectors }) => ({
      ...key,
      size: vectors.size,
      tombstones: 0,
      unindexed: 0,
      unchecked: 0,
    }));
    return { position: this.#position, spaces };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#catalogs.clear();
  }

  #apply(change: Change): readonly Rejection[] {
    const catalog = this.#catalogOf(change.catalog);
    if (change.kind === 'space') {
      if (change.state === 'retired') catalog.spaces.delete(change.space);
      return [];
    }
    catalog.change = Math.max(catalog.change, change.change);
    if (change.kind === 'embedding') return applyEmbedding(catalog, change);
    applyItem(catalog, change);
    return [];
  }

  #spaces(): readonly ExactSpace[] {
    return [...this.#catalogs.values()].flatMap(({ spaces }) => [...spaces.values()]);
  }

  #catalogOf(id: CatalogId): ExactCatalog {
    this.#requireOpen();
    const catalog = this.#catalogs.get(id) ?? { fields: new Map(), spaces: new Map(), change: 0 };
    this.#catalogs.set(id, catalog);
    return catalog;
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new EngineDeadError('the index engine is closed');
  }
}

function applyItem({ fields: known, spaces }: ExactCatalog, { item, fields, spaces: embedded }: ItemChange): void {
  if (fields === undefined) known.delete(item);
  else known.set(item, fields);
  for (const { key, vectors } of spaces.values()) {
    if (fields === undefined || !embedded.includes(key.space)) vectors.delete(item);
  }
}

function applyEmbedding({ spaces }: ExactCatalog, change: EmbeddingChange): readonly Rejection[] {
  const held = spaces.get(change.space);
  if (held === undefined) return [];
  return rejectionsOf(change, () => {
    held.vectors.set(change.item, unitVector(change.vector, held.dimensions).slice());
  });
}

function nearest(
  { vectors, dimensions }: ExactSpace,
  fields: ReadonlyMap<ItemId, FilterFields>,
  { target, k, filter = {} }: NeighborQuery,
): readonly Neighbor[] {
  if (!Number.isInteger(k) || k < 1 || k > K_MAX)
    throw new RangeError(`k must be a whole number from 1 to ${K_MAX}, not ${k}`);
  const vector = 'item' in target ? vectors.get(target.item) : unitVector(target.vector, dimensions);
  if (vector === undefined) return [];
  const passes = predicateOf(filter);
  return [...vectors]
    .filter(([item]) => {
      const own = fields.get(item);
      return own !== undefined && passes(own) && !('item' in target && target.item === item);
    })
    .map(([item, other]) => ({ item, similarity: Math.min(1, Math.max(-1, dot(vector, other))) }))
    .sort((left, right) => right.similarity - left.similarity || compareIds(left.item, right.item))
    .slice(0, k);
}
