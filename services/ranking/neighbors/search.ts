import type { Embedder } from '@kindred/shared/embedding/embedder';
import type { CatalogId, SpaceId } from '@kindred/shared/id';
import type { NeighborSource } from '@kindred/shared/neighbor';
import { Problem } from '@kindred/shared/problem';
import type { ReadYourWrites } from '../events/read-your-writes.ts';
import type { KnownCatalogs } from '../known-catalogs.ts';
import type { Reader } from '../reads/reader.ts';
import { liveNeighbors, type NeighborList, type NeighborRequest } from './live-neighbors.ts';

export interface SearchOptions {
  readonly catalogs: KnownCatalogs;
  readonly writes: ReadYourWrites;
  readonly reader: Reader;
  readonly neighbors: NeighborSource;
  /** Query embedder of a space; `undefined` if its model is unknown here. */
  readonly embedderOf: (space: SpaceId) => Embedder | undefined;
}

/** Spaces that one search tries, each taking over from the last. */
const SPACE_ATTEMPTS = 3;

/** Finds the items whose embeddings are nearest to that of a text. */
export class Search {
  readonly #options: SearchOptions;

  constructor(options: SearchOptions) {
    this.#options = options;
  }

  /** @throws {Problem} `catalog-not-found`, `invalid-token`, `not-yet-applied`, `unavailable` */
  async byText(catalog: CatalogId, text: string, request: NeighborRequest): Promise<NeighborList> {
    const { catalogs, writes, reader, neighbors } = this.#options;
    await catalogs.require(catalog);
    const position = (await writes.reflected(catalog, request.after))?.position;
    let { space } = await neighbors.neighbors(catalog, [], position);
    for (let attempt = 0; attempt < SPACE_ATTEMPTS; attempt++) {
      if (space === undefined) return { items: [], degraded: [] };
      const vector = await this.#embed(space, text);
      const reads = reader.begin(catalog);
      const target = { vector, space };
      const found = await liveNeighbors(neighbors, { catalog, target, request, reads, position });
      if (found.space === space) return { items: found.items, degraded: reads.missing };
      // Another model took over in between: the text is embedded by that one.
      space = found.space;
    }
    throw new Problem('unavailable', `the serving space of ${catalog} changes faster than the text is embedded`);
  }

  #embed(space: SpaceId, text: string): Promise<Float32Array> {
    const embedder = this.#options.embedderOf(space);
    if (embedder === undefined) throw new Problem('unavailable', `the model of the space ${space} is not known here`);
    return embedder.embed(text, 'query');
  }
}
