import { catalogParams } from '@kindred/shared/api/path-params';
import { recommendationsBodySchema, SEED_MAX, slateSchema } from '@kindred/shared/api/recommendations';
import { type Route, route } from '@kindred/shared/api/route';
import type { Recommendations } from '../recommend/recommendations.ts';

export function recommendationRoutes(recommendations: Recommendations): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/catalogs/{catalog}/recommendations',
      summary: 'Recommend items to a user',
      description: 'The same request with the answer’s at and seed gives the same answer while its versions are equal.',
      params: catalogParams,
      body: recommendationsBodySchema,
      answers: { 200: { description: 'A slate, best first', body: slateSchema } },
      problems: [
        'catalog-not-found',
        'invalid-json',
        'invalid-token',
        'too-large',
        'unsupported-media-type',
        'not-yet-applied',
      ],
      handle: async ({ params: { catalog }, body: { after, at, seed, filter, diversity, ...rest } }) => {
        const request = {
          ...rest,
          filter,
          diversity,
          atMs: at === undefined ? Date.now() : Date.parse(at),
          seed: seed ?? Math.floor(Math.random() * (SEED_MAX + 1)),
        };
        return { status: 200, body: await recommendations.recommend(catalog, request, after) };
      },
    }),
  ];
}
