import type { Route } from '@kindred/shared/api/route';
import type { Ingestion } from '../ingestion.ts';
import { catalogRoutes } from './catalog-routes.ts';
import { itemRoutes } from './item-routes.ts';

/** The addresses of catalogs and items. */
export function ingestionRoutes(ingestion: Ingestion): readonly Route[] {
  return [...catalogRoutes(ingestion), ...itemRoutes(ingestion)];
}
