import type { CatalogState } from '../catalog-state/catalog-states.ts';
import type { Reads } from '../reads/reader.ts';
import type { RecommendRequest } from './slate.ts';

/** A request with the catalog it is answered from. */
export interface Query {
  readonly request: RecommendRequest;
  readonly state: CatalogState;
  readonly reads: Reads;
  /** Index position that the answer must reflect. */
  readonly position: number | undefined;
}
