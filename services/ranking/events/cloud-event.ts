import { z } from 'zod';

const STRUCTURED_TYPE = 'application/cloudevents+json';
const structuredSchema = z.object({ id: z.string().optional(), time: z.string().optional(), data: z.unknown() });

/**
 * Takes the event out of a CloudEvent: the `data` of the structured form, the value of the binary form. The CloudEvent's
 * `id` and `time` stand in for an `id` and an `at` that the event lacks.
 * @param value  JSON value of a message; returned as it is unless the headers say that it is a CloudEvent.
 */
export function eventOfCloudEvent(value: unknown, headers: Readonly<Record<string, string>>): unknown {
  if (headers['content-type']?.startsWith(STRUCTURED_TYPE)) {
    const { data, id, time } = structuredSchema.safeParse(value).data ?? {};
    return withDefaults(data, id, time);
  }
  return headers.ce_specversion === undefined ? value : withDefaults(value, headers.ce_id, headers.ce_time);
}

function withDefaults(event: unknown, id: string | undefined, at: string | undefined): unknown {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return event;
  return { ...(id !== undefined && { id }), ...(at !== undefined && { at }), ...event };
}
