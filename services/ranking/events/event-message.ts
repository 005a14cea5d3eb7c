import { type Event, eventSchema } from '@kindred/shared/event';
import type { Message } from '@kindred/shared/event-log/event-log';
import { catalogIdSchema, MAIN_CATALOG } from '@kindred/shared/id';
import { fieldProblems } from '@kindred/shared/platform/http/parse';
import { z } from 'zod';
import { eventOfCloudEvent } from './cloud-event.ts';
import { type DeadLetter, type FirstPlace, REASON_MAX } from './dead-letters.ts';
import type { ReadableEvent } from './event-store.ts';
import { firstPlaceOf, foreignHeaders } from './first-place.ts';

/** A message of the log: an event as in HTTP, with its catalog. */
const messageSchema = eventSchema.extend({ catalog: catalogIdSchema.default(MAIN_CATALOG) });

/** JSON Schema 2020-12 of a message of the log, for its producers. */
export function messageJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(messageSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      const { override } = jsonSchema;
      delete jsonSchema.override;
      Object.assign(jsonSchema, override);
    },
  });
  return { title: 'A user event, as a message of the event log', ...schema };
}

/** Reads a message as an event with its defaults filled in, or as a dead letter with the reason. */
export function readEvent(message: Message): { event: ReadableEvent } | { letter: DeadLetter } {
  const value = jsonOf(message);
  if (value === undefined) return { letter: deadLetter(message, 'is not JSON in UTF-8') };
  const parsed = messageSchema.safeParse(eventOfCloudEvent(value, message.headers));
  if (!parsed.success) {
    const { field, reason } = fieldProblems(parsed.error)[0]!;
    return { letter: deadLetter(message, field === '' ? reason : `${field}: ${reason}`) };
  }
  const { catalog, ...event } = parsed.data;
  const { partition, offset, headers } = message;
  const first = firstPlaceOf(headers);
  return {
    event: { catalog, partition, offset, ...(first && { first }), ...completed(event, arrivalMs(message, first)) },
  };
}

/** Time of the first arrival: a retried message arrived before it was retried. */
function arrivalMs({ appendedAtMs }: Message, first: FirstPlace | undefined): number {
  return Math.min(appendedAtMs, first?.appendedAtMs ?? appendedAtMs);
}

function completed(
  { at, value = 1, slate, position, ...event }: Event,
  arrivedMs: number,
): Omit<ReadableEvent, 'catalog' | 'partition' | 'offset' | 'first'> {
  // An event cannot happen after it arrived: a clock that runs ahead would rank above all others for ever.
  const atMs = at === undefined ? arrivedMs : Math.min(Date.parse(at), arrivedMs);
  return { ...event, value, atMs, slate, position };
}

/** No event is larger, so a longer message is cut to one byte more and never retried. */
export const EVENT_BYTES_MAX = 512 * 1024;
/** A letter keeps the first headers that fit. */
const HEADER_BYTES_MAX = 16 * 1024;
/** Longest catalog or user that a letter names, in characters: more than any valid one. */
const NAME_MAX = 1_000;

/** Makes a dead letter of a message, bounded so that every dead-letter queue can hold it. */
export function deadLetter(message: Message, reason: string): DeadLetter {
  const { partition, offset, appendedAtMs, headers, value } = message;
  const event = eventOfCloudEvent(jsonOf(message), headers);
  return {
    ...(firstPlaceOf(headers) ?? { partition, offset, appendedAtMs }),
    // A reason can quote a field's name, and PostgreSQL's text holds no NUL.
    reason: reason.replaceAll('\0', '\u{fffd}').slice(0, REASON_MAX),
    value: (value ?? Buffer.alloc(0)).subarray(0, EVENT_BYTES_MAX + 1),
    headers: boundedHeaders(foreignHeaders(headers)),
    catalog: textOf(event, 'catalog') ?? MAIN_CATALOG,
    user: textOf(event, 'user') ?? '',
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @returns `undefined` for anything but JSON in UTF-8. */
function jsonOf({ value }: Message): unknown {
  try {
    return JSON.parse(utf8.decode(value ?? new Uint8Array()));
  } catch {
    return undefined;
  }
}

function boundedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  let bytes = 0;
  const fitting = Object.entries(headers).filter(([name, text]) => {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(text);
    return bytes <= HEADER_BYTES_MAX;
  });
  return Object.fromEntries(fitting);
}

function textOf(value: unknown, name: string): string | undefined {
  const field: unknown =
    typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  const isText = typeof field === 'string' && field.isWellFormed() && !field.includes('\0');
  return isText ? field.slice(0, NAME_MAX) : undefined;
}
