import { type Route, route } from '@kindred/shared/api/route';
import { filterSchema } from '@kindred/shared/catalog';
import { catalogIdSchema, itemIdSchema, type SpaceId } from '@kindred/shared/id';
import type { NeighborQuery } from '@kindred/shared/neighbor';
import { Problem } from '@kindred/shared/problem';
import { z } from 'zod';
import { K_MAX } from '../domain/neighbor-request.ts';
import type { IndexService } from '../service.ts';

const QUERIES_MAX = 200;
const DIMENSIONS_MAX = 8_192;
const WAIT_MAX_MS = 5_000;

/** A name that no space has is foreign to every space, so it needs no further check. */
const spaceIdSchema = z
  .string()
  .max(256)
  .transform((name) => name as SpaceId)
  .meta({ override: { type: 'string', maxLength: 256 } });
const changeSchema = z.int().min(0);
const querySchema = z
  .strictObject({
    item: itemIdSchema.optional(),
    vector: z.array(z.number()).min(1).max(DIMENSIONS_MAX).optional(),
    space: spaceIdSchema.optional().meta({ description: 'Space of the vector; without it, the one that serves' }),
    k: z.int().min(1).max(K_MAX),
    filter: filterSchema.optional(),
  })
  .refine(({ item, vector }) => (item === undefined) !== (vector === undefined), 'must have either an item or a vector')
  .meta({
    override: ({ jsonSchema }) => {
      jsonSchema.oneOf = [{ required: ['item'] }, { required: ['vector'] }];
    },
  });
const neighborsBody = z.strictObject({
  catalog: catalogIdSchema,
  position: changeSchema.default(0).meta({
    description:
      'The answer holds every change up to this one; 503 while the index has not come that far, also if no change has that number yet',
  }),
  queries: z.array(querySchema).max(QUERIES_MAX),
});
const neighborsAnswer = z.object({
  space: z.string().optional(),
  version: z.string(),
  neighbors: z
    .array(z.object({ items: z.array(z.string()), similarities: z.array(z.number()) }))
    .meta({ description: 'One list per query, nearest first' }),
});
const reachedBody = z.strictObject({
  catalog: catalogIdSchema,
  change: changeSchema,
  timeoutMs: z.int().min(0).max(WAIT_MAX_MS),
});

/** Routes for the ranking service; not meant for other clients. */
export function indexRoutes(index: IndexService): readonly Route[] {
  const requireReady = (): void => {
    const waiting = index.ready();
    if (waiting.length > 0) throw new Problem('unavailable', `the index is not ready: ${waiting.join(', ')}`);
  };
  return [
    route({
      method: 'post',
      path: '/neighbors',
      summary: 'Nearest neighbors of items or vectors',
      body: neighborsBody,
      answers: { 200: { description: 'One list per query', body: neighborsAnswer } },
      problems: ['invalid-json', 'invalid-encoding', 'too-large', 'unsupported-media-type'],
      handle: async ({ body: { catalog, position, queries } }) => {
        requireReady();
        const answer = await index.neighbors(catalog, queries.map(queryOf), position);
        const neighbors = answer.neighbors.map((list) => ({
          items: list.map(({ item }) => item),
          similarities: list.map(({ similarity }) => similarity),
        }));
        return { status: 200, body: { ...answer, neighbors } };
      },
    }),
    route({
      method: 'post',
      path: '/reached',
      summary: 'Waits until every item written up to a change can be found',
      body: reachedBody,
      answers: {
        200: {
          description: 'The position; absent when the time was too short',
          body: z.object({ position: z.int().optional() }),
        },
      },
      problems: ['invalid-json', 'invalid-encoding', 'too-large', 'unsupported-media-type'],
      handle: async ({ body: { catalog, change, timeoutMs } }) => {
        requireReady();
        return { status: 200, body: { position: await index.reached(catalog, change, timeoutMs) } };
      },
    }),
  ];
}

function queryOf({ item, vector = [], space, k, filter }: z.output<typeof querySchema>): NeighborQuery {
  const rest = { k, ...(filter && { filter }) };
  if (item !== undefined) return { target: { item }, ...rest };
  return { target: { vector: Float32Array.from(vector), ...(space !== undefined && { space }) }, ...rest };
}
