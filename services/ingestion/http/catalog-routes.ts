import { catalogAnswerSchema, catalogsAnswerSchema } from '@kindred/shared/api/catalogs';
import { catalogParams } from '@kindred/shared/api/path-params';
import { type Route, route } from '@kindred/shared/api/route';
import type { Ingestion } from '../ingestion.ts';

/** The addresses of catalogs. */
export function catalogRoutes(ingestion: Ingestion): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/catalogs',
      summary: 'List catalogs with their sizes and embedding backlog',
      answers: { 200: { description: 'All catalogs by id', body: catalogsAnswerSchema } },
      problems: [],
      handle: async () => ({ status: 200, body: { catalogs: await ingestion.catalogs() } }),
    }),
    route({
      method: 'put',
      path: '/v1/catalogs/{catalog}',
      summary: 'Create a catalog unless it exists',
      params: catalogParams,
      answers: {
        200: { description: 'It existed before', body: catalogAnswerSchema },
        201: { description: 'It is new', body: catalogAnswerSchema },
      },
      problems: [],
      handle: async ({ params: { catalog } }) => ({
        status: (await ingestion.createCatalog(catalog)) ? 201 : 200,
        body: { catalog },
      }),
    }),
  ];
}
