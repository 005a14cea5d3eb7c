import { batchAnswerSchema } from '@kindred/shared/api/batch';
import { catalogParams } from '@kindred/shared/api/path-params';
import { type Route, route } from '@kindred/shared/api/route';
import { eventSchema } from '@kindred/shared/event';
import { acceptBatch } from '@kindred/shared/platform/http/batch';
import { z } from 'zod';
import type { EventIntake } from '../events/event-intake.ts';
import { messageJsonSchema } from '../events/event-message.ts';

const rows = { list: 'events', row: eventSchema };

export function eventRoutes(intake: EventIntake): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/catalogs/{catalog}/events',
      summary: 'Write user events',
      description: 'A JSON list or NDJSON. Event ids are unique in a catalog: what is sent twice counts once.',
      params: catalogParams,
      rows,
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
        await intake.requireCatalog(catalog);
        const body = await acceptBatch(stream, rows, (events) => intake.accept(catalog, events, requestId));
        return { status: 202, body };
      },
    }),
    route({
      method: 'get',
      path: '/schemas/event.json',
      summary: 'Read the JSON Schema of an event-log message',
      answers: { 200: { description: 'JSON Schema 2020-12', body: z.record(z.string(), z.unknown()) } },
      problems: [],
      handle: async () => ({ status: 200, body: messageJsonSchema() }),
    }),
  ];
}
