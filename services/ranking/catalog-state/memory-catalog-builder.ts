import { type CatalogId, compareIds, type ItemId, type SpaceId, type UserId } from '@kindred/shared/id';
import { coEngagementRows } from '@kindred/shared/model/rp3beta';
import { SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import type { CoEngagementData } from '../sources/co-engagement.ts';
import type { TrainedCatalog } from '../sources/trained-scores.ts';
import { type CatalogBuilder, DamagedArtifact } from './catalog-builder.ts';

interface StoredCatalog {
  readonly engagements: Map<UserId, Set<ItemId>>;
  readonly vectors: Map<SpaceId, Map<ItemId, Float32Array>>;
  /** Artifacts by version; `undefined` for a damaged one. */
  readonly artifacts: Map<number, TrainedCatalog | undefined>;
}

/** Builds from engagements and embeddings in memory. */
export class MemoryCatalogBuilder implements CatalogBuilder {
  readonly #catalogs = new Map<CatalogId, StoredCatalog>();

  /** Notes that the user engaged with the item. */
  engage(catalog: CatalogId, user: UserId, item: ItemId): void {
    const { engagements } = this.#of(catalog);
    engagements.set(user, (engagements.get(user) ?? new Set()).add(item));
  }

  embed(catalog: CatalogId, space: SpaceId, item: ItemId, vector: Float32Array): void {
    const { vectors } = this.#of(catalog);
    vectors.set(space, (vectors.get(space) ?? new Map()).set(item, vector));
  }

  removeEmbedding(catalog: CatalogId, space: SpaceId, item: ItemId): void {
    this.#of(catalog).vectors.get(space)?.delete(item);
  }

  /** @param trained  `undefined` for an artifact that is damaged. */
  putArtifact(catalog: CatalogId, version: number, trained: TrainedCatalog | undefined): void {
    this.#of(catalog).artifacts.set(version, trained);
  }

  async coEngagement(catalog: CatalogId): Promise<CoEngagementData> {
    const { engagements } = this.#of(catalog);
    const items = [...new Set([...engagements.values()].flatMap((own) => [...own]))].sort(compareIds);
    const numbers = new Map(items.map((item, number) => [item, number]));
    const rows = new SparseRowsBuilder(engagements.size);
    for (const own of engagements.values()) {
      for (const item of own) rows.add(numbers.get(item)!, 1);
      rows.endRow();
    }
    return { items, numbers, rows: coEngagementRows(rows.done(), items.length, Math.max(1, items.length)) };
  }

  async mean(catalog: CatalogId, space: SpaceId): Promise<Float32Array | undefined> {
    const vectors = [...(this.#of(catalog).vectors.get(space)?.entries() ?? [])]
      .sort(([a], [b]) => compareIds(a, b))
      .map(([, vector]) => vector);
    return vectors[0]?.map((_, place) => vectors.reduce((sum, vector) => sum + vector[place]!, 0) / vectors.length);
  }

  async trained(catalog: CatalogId, version: number): Promise<TrainedCatalog> {
    const trained = this.#of(catalog).artifacts.get(version);
    if (trained === undefined) throw new DamagedArtifact(`artifact ${version} of ${catalog} is damaged`);
    return trained;
  }

  async stop(): Promise<void> {}

  #of(catalog: CatalogId): StoredCatalog {
    const known = this.#catalogs.get(catalog);
    if (known !== undefined) return known;
    const empty: StoredCatalog = { engagements: new Map(), vectors: new Map(), artifacts: new Map() };
    this.#catalogs.set(catalog, empty);
    return empty;
  }
}
