import { z } from 'zod';
import { eventIdSchema, itemIdSchema, slateIdSchema, userIdSchema } from './id.ts';
import { momentSchema } from './text.ts';

/** Types of event. */
export const EVENT_TYPES = ['impression', 'click', 'save', 'dwell', 'hide'] as const;
/** An act of a user: shown an item, clicked, saved or hid it, or stayed with it (`dwell`, in seconds). */
export type EventType = (typeof EVENT_TYPES)[number];

/** An act of a user on an item, in the form that clients send. */
export const eventSchema = z.strictObject({
  id: eventIdSchema,
  user: userIdSchema,
  item: itemIdSchema,
  type: z.enum(EVENT_TYPES, { error: `must be one of ${EVENT_TYPES.join(', ')}` }),
  value: z.number().min(0).optional().meta({
    description:
      'Finite, at least 0, default 1; seconds for a dwell. 0 takes back the earlier events of this user, item and type',
  }),
  at: momentSchema
    .optional()
    .meta({ description: 'Moment of the act; default: its arrival. A moment after the arrival counts as the arrival' }),
  slate: slateIdSchema.optional().meta({ description: 'Slate in which the item was shown' }),
  position: z.int().min(1).max(1_000_000).optional().meta({ description: 'Rank of the item in that slate, from 1' }),
});

/** An event as it was parsed; defaults are not filled in. */
export type Event = z.infer<typeof eventSchema>;
