import type { CatalogId, ItemId } from '@kindred/shared/id';
import type { NeighborSource } from '@kindred/shared/neighbor';
import { Problem } from '@kindred/shared/problem';
import type { ReadYourWrites } from '../events/read-your-writes.ts';
import type { KnownCatalogs } from '../known-catalogs.ts';
import type { Reader } from '../reads/reader.ts';
import { liveNeighbors, type NeighborList, type NeighborRequest } from './live-neighbors.ts';

export interface SimilarOptions {
  readonly catalogs: KnownCatalogs;
  readonly writes: ReadYourWrites;
  readonly reader: Reader;
  readonly neighbors: NeighborSource;
}

/** Lists the nearest neighbors of an item. */
export class Similar {
  readonly #options: SimilarOptions;

  constructor(options: SimilarOptions) {
    this.#options = options;
  }

  /** @throws {Problem} `catalog-not-found`, `item-not-found`, `invalid-token`, `not-yet-applied`, `unavailable` */
  async to(catalog: CatalogId, item: ItemId, request: NeighborRequest): Promise<NeighborList> {
    const { catalogs, writes, reader, neighbors } = this.#options;
    await catalogs.require(catalog);
    const reflected = await writes.reflected(catalog, request.after);
    const reads = reader.begin(catalog);
    // Both at once: a missing item is the rarer case.
    const [rows, { items }] = await Promise.all([
      reads.rows(undefined, [item]),
      liveNeighbors(neighbors, { catalog, target: { item }, request, reads, position: reflected?.position }),
    ]);
    if (rows.size === 0 && reads.missing.length === 0) {
      throw new Problem('item-not-found', `there is no item ${item} in ${catalog}`);
    }
    return { items, degraded: reads.missing };
  }
}
