import { batchAnswerSchema } from '@kindred/shared/api/batch';
import { degradedSchema } from '@kindred/shared/api/degraded';
import { catalogParams, itemParams, userParams } from '@kindred/shared/api/path-params';
import { type Route, route } from '@kindred/shared/api/route';
import { afterSchema } from '@kindred/shared/api/write-token';
import { filterSchema, itemSchema } from '@kindred/shared/catalog';
import { EVENT_TYPES, eventSchema } from '@kindred/shared/event';
import { itemIdSchema, userIdSchema } from '@kindred/shared/id';
import { acceptBatch } from '@kindred/shared/platform/http/batch';
import { momentSchema, textSchema } from '@kindred/shared/text';
import { z } from 'zod';
import { SOURCE_NAMES } from '../domain/candidate.ts';
import { messageJsonSchema } from '../read-event.ts';
import type { NeighborList, Ranking } from '../service.ts';

const LIMIT_MAX = 200;
const LIMIT_DEFAULT = 20;
const DIVERSITY_DEFAULT = 0.1;
const SEED_MAX = 2 ** 32 - 1;

const limitSchema = z.int().min(1).max(LIMIT_MAX);
const recommendationsBody = z.strictObject({
  user: userIdSchema,
  limit: limitSchema.default(LIMIT_DEFAULT),
  exclude: z.array(itemIdSchema).max(1_000).default([]).meta({ description: 'Items that must not appear' }),
  filter: filterSchema.optional(),
  diversity: z
    .number()
    .min(0)
    .max(1)
    .default(DIVERSITY_DEFAULT)
    .meta({ description: '0: by relevance alone; 1: as unlike one another as can be' }),
  includeSeen: z.boolean().default(false).meta({ description: 'Whether items the user has any event on may appear' }),
  explain: z.boolean().default(true),
  expand: z.boolean().default(false).meta({ description: 'Adds each item itself as details' }),
  after: afterSchema.optional(),
  at: momentSchema.optional().meta({ description: 'The moment to rank for; default now' }),
  seed: z.int().min(0).max(SEED_MAX).optional().meta({ description: 'Seeds the draw of interests; default random' }),
});
const searchBody = z.strictObject({
  text: textSchema(10_000).min(1, 'must not be empty'),
  limit: limitSchema.default(LIMIT_DEFAULT),
  filter: filterSchema.optional(),
  expand: z.boolean().default(false),
  after: afterSchema.optional(),
});
const wholeNumber = z
  .string()
  .regex(/^\d{1,6}$/, 'must be a whole number')
  .transform(Number);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const similarQuery = z.strictObject({
  limit: wholeNumber
    .pipe(limitSchema)
    .meta({ override: { type: 'integer', minimum: 1, maximum: LIMIT_MAX, pattern: undefined } })
    .optional(),
  expand: flag.optional(),
  after: afterSchema.optional(),
});

const neighborsAnswer = z.object({
  items: z.array(z.object({ item: z.string(), similarity: z.number(), details: itemSchema.optional() })),
  degraded: degradedSchema.optional(),
});
const slateAnswer = z.object({
  slate: z.string().meta({ description: 'The id of this answer, to be sent with its events' }),
  at: z.string(),
  seed: z.int(),
  versions: z.record(z.string(), z.string()),
  degraded: degradedSchema,
  items: z.array(
    z.object({
      item: z.string(),
      score: z.number(),
      sources: z.array(z.enum(SOURCE_NAMES)),
      explanation: z
        .object({
          weights: z
            .enum(['trained', 'fixed'])
            .meta({ description: 'Whether the score is made by weights trained on this catalog' }),
          parts: z.record(z.string(), z.number()).meta({ description: 'They sum to the score' }),
          sources: z.array(z.object({ source: z.enum(SOURCE_NAMES), rank: z.int(), score: z.number() })),
          because: z.array(z.string()).meta({ description: "Items of the user's own history" }),
        })
        .optional(),
      details: itemSchema.optional(),
    }),
  ),
});
const userAnswer = z.object({
  user: z.string(),
  interests: z.array(z.object({ medoid: z.string(), importance: z.number(), items: z.array(z.string()) })),
  events: z.array(
    z.object({ id: z.string(), item: z.string(), type: z.enum(EVENT_TYPES), value: z.number(), at: z.string() }),
  ),
});
const deadLettersAnswer = z.object({
  letters: z.array(
    z.object({
      partition: z.int(),
      offset: z.int(),
      at: z.string(),
      reason: z.string(),
      catalog: z.string(),
      user: z.string(),
      value: z.string().meta({ description: 'The message as text, its first 2,000 characters' }),
    }),
  ),
});
const VALUE_SHOWN_MAX = 2_000;
const eventRows = { list: 'events', row: eventSchema };

/** The addresses of events, recommendations, neighbors and users. */
export function rankingRoutes(ranking: Ranking): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/catalogs/{catalog}/events',
      summary: 'Write user events',
      description: 'A JSON list or NDJSON. Event ids are unique in a catalog: what is sent twice counts once.',
      params: catalogParams,
      rows: eventRows,
      answers: { 202: { description: 'At least one event was stored', body: batchAnswerSchema } },
      problems: [
        'catalog-not-found',
        'invalid-json',
        'invalid-encoding',
        'too-large',
        'unsupported-media-type',
        'nothing-accepted',
      ],
      handle: async ({ params: { catalog }, stream, requestId }) => {
        await ranking.requireCatalog(catalog);
        const store = (events: readonly z.output<typeof eventSchema>[]): Promise<string> =>
          ranking.acceptEvents(catalog, events, requestId);
        return { status: 202, body: await acceptBatch(stream, eventRows, store) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/catalogs/{catalog}/recommendations',
      summary: 'Recommend items to a user',
      description: 'The same request with the answer’s at and seed gives the same answer while its versions are equal.',
      params: catalogParams,
      body: recommendationsBody,
      answers: { 200: { description: 'A slate, best first', body: slateAnswer } },
      problems: [
        'catalog-not-found',
        'invalid-json',
        'invalid-token',
        'too-large',
        'unsupported-media-type',
        'not-yet-applied',
      ],
      handle: async ({ params: { catalog }, body: { after, at, seed, ...request } }) => ({
        status: 200,
        body: await ranking.recommend(
          catalog,
          {
            ...request,
            filter: request.filter,
            atMs: at === undefined ? Date.now() : Date.parse(at),
            seed: seed ?? Math.floor(Math.random() * (SEED_MAX + 1)),
          },
          after,
        ),
      }),
    }),
    ...neighborRoutes(ranking),
    ...userRoutes(ranking),
    ...deadLetterRoutes(ranking),
    eventSchemaRoute,
  ];
}

function neighborRoutes(ranking: Ranking): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/catalogs/{catalog}/items/{item}/similar',
      summary: 'List the items nearest to an item',
      params: itemParams,
      query: similarQuery,
      answers: { 200: { description: 'By falling cosine; none for an item without text', body: neighborsAnswer } },
      problems: ['catalog-not-found', 'item-not-found', 'invalid-token', 'not-yet-applied'],
      handle: async ({ params: { catalog, item }, query: { limit = LIMIT_DEFAULT, expand = false, after } }) => ({
        status: 200,
        body: answerOf(await ranking.similar(catalog, item, { limit, expand, after, filter: undefined })),
      }),
    }),
    route({
      method: 'post',
      path: '/v1/catalogs/{catalog}/search',
      summary: 'Find items by what a text means',
      params: catalogParams,
      body: searchBody,
      answers: { 200: { description: 'By falling cosine', body: neighborsAnswer } },
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
        body: answerOf(await ranking.search(catalog, text, { limit, filter, expand, after })),
      }),
    }),
  ];
}

/** `degraded` is there only where something is. */
function answerOf({ items, degraded }: NeighborList): object {
  return degraded.length === 0 ? { items } : { items, degraded };
}

function userRoutes(ranking: Ranking): readonly Route[] {
  const path = '/v1/catalogs/{catalog}/users/{user}';
  return [
    route({
      method: 'get',
      path,
      summary: "Read a user's interests and latest events",
      params: userParams,
      query: z.strictObject({ after: afterSchema.optional() }),
      answers: { 200: { description: 'Empty lists for a user nobody knows', body: userAnswer } },
      problems: ['catalog-not-found', 'invalid-token', 'not-yet-applied'],
      handle: async ({ params: { catalog, user }, query: { after } }) => {
        const { interests, events } = await ranking.user(catalog, user, after);
        const shown = events.map(({ atMs, ...event }) => ({ ...event, at: new Date(atMs).toISOString() }));
        return { status: 200, body: { user, interests, events: shown } };
      },
    }),
    route({
      method: 'delete',
      path,
      summary: 'Erase a user',
      description:
        'Events, their messages in the log and dead letters are gone at once; derived state within 24 hours.',
      params: userParams,
      answers: { 200: { description: 'Nothing of the user is stored', body: z.object({ events: z.int() }) } },
      problems: ['catalog-not-found'],
      handle: async ({ params: { catalog, user } }) => ({
        status: 200,
        body: { events: await ranking.eraseUser(catalog, user) },
      }),
    }),
  ];
}

function deadLetterRoutes(ranking: Ranking): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/dead-letters',
      summary: 'List the messages that could not be read as events',
      description: 'Each once, by where it stood first in the event log, with the reason.',
      answers: { 200: { description: 'Those that were not retried since', body: deadLettersAnswer } },
      problems: [],
      handle: async () => {
        const letters = (await ranking.deadLetters()).map(({ appendedAtMs, value, headers: _, ...letter }) => ({
          ...letter,
          at: new Date(appendedAtMs).toISOString(),
          value: value.toString().slice(0, VALUE_SHOWN_MAX),
        }));
        return { status: 200, body: { letters } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/dead-letters/retry',
      summary: 'Put the messages of all dead letters into the event log again',
      description: 'What still cannot be read becomes a dead letter again. Messages of users erased since are dropped.',
      answers: { 202: { description: 'They are in the log', body: z.object({ retried: z.int() }) } },
      problems: [],
      handle: async ({ requestId }) => ({
        status: 202,
        body: { retried: await ranking.retryDeadLetters(requestId) },
      }),
    }),
  ];
}

const eventSchemaRoute = route({
  method: 'get',
  path: '/schemas/event.json',
  summary: 'The JSON Schema of a message of the event log',
  answers: { 200: { description: 'JSON Schema 2020-12', body: z.record(z.string(), z.unknown()) } },
  problems: [],
  handle: async () => ({ status: 200, body: messageJsonSchema() }),
});
