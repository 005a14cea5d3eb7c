import { type Event, eventSchema } from '@kindred/shared/event';
import type { Message, Position } from '@kindred/shared/event-log/event-log';
import { catalogIdSchema, MAIN_CATALOG } from '@kindred/shared/id';
import { fieldProblems } from '@kindred/shared/platform/http/parse';
import { z } from 'zod';
import type { DeadLetter, FirstPlace } from './dead-letters.ts';
import type { ReadableEvent } from './event-store.ts';

/** What a message of the log holds: an event as in HTTP, and its catalog. */
const messageSchema = eventSchema.extend({ catalog: catalogIdSchema.default(MAIN_CATALOG) });

/** Of a message of the log, for its producers. JSON Schema 2020-12. */
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

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a message as an event with its defaults filled in, or says why it cannot be read. */
export function readEvent(message: Message): { event: ReadableEvent } | { letter: DeadLetter } {
  const value = jsonOf(message);
  if (value === undefined) return { letter: deadLetter(message, 'is not JSON in UTF-8', undefined) };
  const parsed = messageSchema.safeParse(eventOf(value, message.headers));
  if (!parsed.success) {
    const { field, reason } = fieldProblems(parsed.error)[0]!;
    return { letter: deadLetter(message, field === '' ? reason : `${field}: ${reason}`, value) };
  }
  const { catalog, ...event } = parsed.data;
  const first = firstPlaceOf(message.headers);
  return {
    event: {
      catalog,
      partition: message.partition,
      offset: message.offset,
      ...(first && { first }),
      slate: undefined,
      position: undefined,
      ...completed(event, Math.min(message.appendedAtMs, first?.appendedAtMs ?? message.appendedAtMs)),
    },
  };
}

const FIRST_PARTITION_HEADER = 'kindred-first-partition';
const FIRST_OFFSET_HEADER = 'kindred-first-offset';
const FIRST_TIME_HEADER = 'kindred-first-at-ms';

/**
 * The event itself, where a message is a CloudEvent: of the structured form its `data`, of the binary form the value. An
 * `id` and an `at` that the event lacks are the CloudEvent's `id` and `time`.
 */
function eventOf(value: unknown, headers: Readonly<Record<string, string>>): unknown {
  if (headers['content-type']?.startsWith('application/cloudevents+json')) {
    const { data, id, time } = structuredSchema.safeParse(value).data ?? {};
    return withDefaults(data, id, time);
  }
  return headers.ce_specversion === undefined ? value : withDefaults(value, headers.ce_id, headers.ce_time);
}

const structuredSchema = z.object({ id: z.string().optional(), time: z.string().optional(), data: z.unknown() });

function withDefaults(event: unknown, id: string | undefined, at: string | undefined): unknown {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return event;
  return { ...(id !== undefined && { id }), ...(at !== undefined && { at }), ...event };
}

/** `undefined` where it is not JSON. */
function jsonOf(message: Message): unknown {
  try {
    return JSON.parse(utf8.decode(message.value ?? new Uint8Array()));
  } catch {
    return undefined;
  }
}

/** Headers that keep where and when a message stood first in the log, for when it comes again from a dead letter. */
export function firstPlaceHeaders({ partition, offset, appendedAtMs }: FirstPlace): Readonly<Record<string, string>> {
  return {
    [FIRST_PARTITION_HEADER]: String(partition),
    [FIRST_OFFSET_HEADER]: String(offset),
    [FIRST_TIME_HEADER]: String(appendedAtMs),
  };
}

/** What `firstPlaceHeaders` wrote; `undefined` where a message has no such headers, or wrong ones. */
export function firstPlaceOf(headers: Readonly<Record<string, string>>): FirstPlace | undefined {
  const numberOf = (name: string): number => (/^\d{1,15}$/.test(headers[name] ?? '') ? Number(headers[name]) : -1);
  const [partition, offset, appendedAtMs] = [FIRST_PARTITION_HEADER, FIRST_OFFSET_HEADER, FIRST_TIME_HEADER].map(
    numberOf,
  ) as [number, number, number];
  return Math.min(partition, offset, appendedAtMs) < 0 ? undefined : { partition, offset, appendedAtMs };
}

function completed(
  event: Event,
  appendedAtMs: number,
): Omit<ReadableEvent, 'catalog' | keyof Position | 'first' | 'slate' | 'position'> {
  const { at, value = 1, ...rest } = event;
  // An event cannot happen after it arrived: a clock that runs ahead would rank above all others for ever.
  const atMs = at === undefined ? appendedAtMs : Math.min(Date.parse(at), appendedAtMs);
  return { ...rest, value, atMs };
}

/** A message that was kept as a dead letter, as that letter. */
export function readLetter(message: Message, reason: string): DeadLetter {
  return deadLetter(message, reason, jsonOf(message));
}

/** @param value  The message's value as JSON, where it is that. */
export function deadLetter(message: Message, reason: string, value: unknown): DeadLetter {
  const { partition, offset, appendedAtMs, headers } = message;
  return {
    ...(firstPlaceOf(headers) ?? { partition, offset, appendedAtMs }),
    reason,
    value: message.value ?? Buffer.alloc(0),
    headers,
    catalog: textOf(value, 'catalog') ?? MAIN_CATALOG,
    user: textOf(value, 'user') ?? '',
  };
}

function textOf(value: unknown, name: string): string | undefined {
  const field: unknown =
    typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  return typeof field === 'string' && field.isWellFormed() && !field.includes('\0') ? field.slice(0, 1_000) : undefined;
}
