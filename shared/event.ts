import { z } from 'zod';
import { eventIdSchema, itemIdSchema, slateIdSchema, userIdSchema } from './id.ts';
import { momentSchema } from './text.ts';

export const EVENT_TYPES = ['impression', 'click', 'save', 'dwell', 'hide'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What a user did, as users send it. */
export const eventSchema = z.strictObject({
  id: eventIdSchema,
  user: userIdSchema,
  item: itemIdSchema,
  type: z.enum(EVENT_TYPES, { error: `must be one of ${EVENT_TYPES.join(', ')}` }),
  value: z.number().min(0).optional().meta({
    description:
      'Finite, at least 0, default 1; seconds for a dwell. 0 takes back the earlier events of this user, item and type',
  }),
  at: momentSchema.optional().meta({ description: 'When it happened; default, and at the latest, when it arrived' }),
  slate: slateIdSchema.optional().meta({ description: 'The slate in which the item was shown' }),
  position: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ description: 'The rank of the item in that slate, from 1' }),
});

export type Event = z.infer<typeof eventSchema>;
