import { userParams } from '@kindred/shared/api/path-params';
import { type Route, route } from '@kindred/shared/api/route';
import { erasureAnswerSchema, userAnswerSchema, userQuerySchema } from '@kindred/shared/api/users';
import type { Users } from '../users/users.ts';

const path = '/v1/catalogs/{catalog}/users/{user}';

export function userRoutes(users: Users): readonly Route[] {
  return [
    route({
      method: 'get',
      path,
      summary: "Read a user's interests and latest events",
      params: userParams,
      query: userQuerySchema,
      answers: { 200: { description: 'Empty lists for an unknown user', body: userAnswerSchema } },
      problems: ['catalog-not-found', 'invalid-token', 'not-yet-applied'],
      handle: async ({ params: { catalog, user }, query: { after } }) => {
        const { interests, events } = await users.view(catalog, user, after);
        const shown = events.map(({ atMs, ...event }) => ({ ...event, at: new Date(atMs).toISOString() }));
        return { status: 200, body: { user, interests, events: shown } };
      },
    }),
    route({
      method: 'delete',
      path,
      summary: 'Erase a user',
      description:
        'Events and dead letters are gone at once, what replicas remember of the user within seconds, derived state within 24 hours. Messages in Kafka stay until their retention ends; those of the user are dropped wherever they are read again.',
      params: userParams,
      answers: { 200: { description: 'Nothing of the user is stored', body: erasureAnswerSchema } },
      problems: ['catalog-not-found'],
      handle: async ({ params: { catalog, user } }) => ({
        status: 200,
        body: { events: await users.erase(catalog, user) },
      }),
    }),
  ];
}
