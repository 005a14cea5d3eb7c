import { LIMIT_DEFAULT } from '@kindred/shared/api/list-params';
import { neighborsAnswerSchema, searchBodySchema, similarQuerySchema } from '@kindred/shared/api/neighbors';
import { catalogParams, itemParams } from '@kindred/shared/api/path-params';
import { type Route, route } from '@kindred/shared/api/route';
import type { NeighborList } from '../neighbors/live-neighbors.ts';
import type { Search } from '../neighbors/search.ts';
import type { Similar } from '../neighbors/similar.ts';

export function neighborRoutes({ similar, search }: { similar: Similar; search: Search }): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/catalogs/{catalog}/items/{item}/similar',
      summary: 'List the items nearest to an item',
      params: itemParams,
      query: similarQuerySchema,
      answers: {
        200: { description: 'By falling cosine; none for an item without text', body: neighborsAnswerSchema },
      },
      problems: ['catalog-not-found', 'item-not-found', 'invalid-token', 'not-yet-applied'],
      handle: async ({ params: { catalog, item }, query: { limit = LIMIT_DEFAULT, expand = false, after } }) => ({
        status: 200,
        body: answerOf(await similar.to(catalog, item, { limit, expand, after, filter: undefined })),
      }),
    }),
    route({
      method: 'post',
      path: '/v1/catalogs/{catalog}/search',
      summary: 'Find items by what a text means',
      params: catalogParams,
      body: searchBodySchema,
      answers: { 200: { description: 'By falling cosine', body: neighborsAnswerSchema } },
      problems: [
        'catalog-not-found',
        'invalid-json',
        'invalid-token',
        'too-large',
        'unsupported-media-type',
        'not-yet-applied',
      ],
      handle: async ({ params: { catalog }, body: { text, limit, filter, expand, after } }) => ({
        status: 200,
        body: answerOf(await search.byText(catalog, text, { limit, filter, expand, after })),
      }),
    }),
  ];
}

/** Leaves `degraded` out of a complete answer. */
function answerOf({ items, degraded }: NeighborList): object {
  return degraded.length === 0 ? { items } : { items, degraded };
}
