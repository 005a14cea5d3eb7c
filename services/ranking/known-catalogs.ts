import type { CatalogId } from '@kindred/shared/id';
import { Problem } from '@kindred/shared/problem';

/** Knows every catalog that exists. */
export interface CatalogSource {
  /** @returns The given catalogs that exist. */
  existing(catalogs: readonly CatalogId[]): Promise<ReadonlySet<CatalogId>>;
}

/** Remembers catalogs that were found to exist: none is ever deleted. */
export class KnownCatalogs {
  readonly #source: CatalogSource;
  readonly #known = new Set<CatalogId>();

  constructor(source: CatalogSource) {
    this.#source = source;
  }

  /** @throws {Problem} `catalog-not-found` */
  async require(catalog: CatalogId): Promise<void> {
    await this.learn([catalog]);
    if (!this.#known.has(catalog)) throw new Problem('catalog-not-found', `there is no catalog ${catalog}`);
  }

  /** True for a catalog that `learn` or `require` found. */
  has(catalog: CatalogId): boolean {
    return this.#known.has(catalog);
  }

  /** Looks up the catalogs that are not known yet: one round trip, or none. */
  async learn(catalogs: Iterable<CatalogId>): Promise<void> {
    const unknown = new Set(catalogs).difference(this.#known);
    if (unknown.size === 0) return;
    for (const catalog of await this.#source.existing([...unknown])) this.#known.add(catalog);
  }
}
