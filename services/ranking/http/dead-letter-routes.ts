import { deadLettersAnswerSchema, LETTER_VALUE_MAX, retryAnswerSchema } from '@kindred/shared/api/dead-letters';
import { type Route, route } from '@kindred/shared/api/route';
import type { DeadLetterQueue } from '../events/dead-letter-queue.ts';

export function deadLetterRoutes(queue: DeadLetterQueue): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/dead-letters',
      summary: 'List the messages that could not be read as events',
      description: 'Each once, by its first place in the event log, with the reason.',
      answers: {
        200: { description: 'Letters whose messages have not been read since', body: deadLettersAnswerSchema },
      },
      problems: [],
      handle: async () => {
        const letters = (await queue.list()).map(({ appendedAtMs, value, headers: _, ...letter }) => ({
          ...letter,
          at: new Date(appendedAtMs).toISOString(),
          value: value.toString().slice(0, LETTER_VALUE_MAX),
        }));
        return { status: 200, body: { letters } };
      },
    }),
    route({
      method: 'post',
      path: '/v1/dead-letters/retry',
      summary: 'Append the messages of all dead letters to the event log again',
      description:
        'A letter is gone once its message has been read; one that still cannot be read stays. Those of erased users are dropped.',
      answers: { 202: { description: 'They are in the log', body: retryAnswerSchema } },
      problems: [],
      handle: async ({ requestId }) => ({ status: 202, body: { retried: await queue.retry(requestId) } }),
    }),
  ];
}
