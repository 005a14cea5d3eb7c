import type { CatalogId } from '@kindred/shared/id';
import type { ReadYourWrites } from '../events/read-your-writes.ts';
import type { KnownCatalogs } from '../known-catalogs.ts';
import type { OpenRequest } from './catalog-defaults.ts';
import type { Recommender } from './pipeline.ts';
import type { Slate } from './slate.ts';

export interface RecommendationsOptions {
  readonly catalogs: KnownCatalogs;
  readonly writes: ReadYourWrites;
  readonly recommender: Recommender;
}

/** Recommends items to a user once the write that the request names is reflected. */
export class Recommendations {
  readonly #options: RecommendationsOptions;

  constructor(options: RecommendationsOptions) {
    this.#options = options;
  }

  /** @throws {Problem} `catalog-not-found`, `invalid-token`, `not-yet-applied` */
  async recommend(catalog: CatalogId, request: OpenRequest, after: string | undefined): Promise<Slate> {
    const { catalogs, writes, recommender } = this.#options;
    await catalogs.require(catalog);
    return recommender.recommend(catalog, request, await writes.reflected(catalog, after));
  }
}
