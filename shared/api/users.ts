import { z } from 'zod';
import { EVENT_TYPES } from '../event.ts';
import { afterSchema } from './write-token.ts';

/** Query parameters of a user. */
export const userQuerySchema = z.strictObject({ after: afterSchema.optional() });

/** A user's interests by falling importance, and latest events, latest first. */
export const userAnswerSchema = z.object({
  user: z.string(),
  interests: z.array(z.object({ medoid: z.string(), importance: z.number(), items: z.array(z.string()) })),
  events: z.array(
    z.object({
      id: z.string(),
      item: z.string(),
      type: z.enum(EVENT_TYPES),
      value: z.number(),
      at: z.string(),
      slate: z.string().optional().meta({ description: 'The slate that the event named' }),
      position: z.int().optional().meta({ description: 'The rank of the item in that slate, from 1' }),
    }),
  ),
});

/** The number of events that an erasure deleted. */
export const erasureAnswerSchema = z.object({ events: z.int() });
