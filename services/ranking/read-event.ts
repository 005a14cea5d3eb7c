import { type Event, eventSchema } from '@kindred/shared/event';
import type { Message } from '@kindred/shared/event-log/event-log';
import { fieldProblems } from '@kindred/shared/http/parse';
import { catalogIdSchema, MAIN_CATALOG } from '@kindred/shared/id';
import type { DeadLetter, ReadableEvent } from './ports.ts';

/** What a message of the log holds: an event as in HTTP, and its catalog. */
const messageSchema = eventSchema.extend({ catalog: catalogIdSchema.default(MAIN_CATALOG) });

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a message as an event with its defaults filled in, or says why it cannot be read. */
export function readEvent(message: Message): { event: ReadableEvent } | { letter: DeadLetter } {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(message.value ?? new Uint8Array()));
  } catch {
    return { letter: deadLetter(message, 'is not JSON in UTF-8', undefined) };
  }
  const parsed = messageSchema.safeParse(value);
  if (!parsed.success) {
    const { field, reason } = fieldProblems(parsed.error)[0]!;
    return { letter: deadLetter(message, field === '' ? reason : `${field}: ${reason}`, value) };
  }
  const { catalog, ...event } = parsed.data;
  return {
    event: {
      catalog,
      offset: message.offset,
      slate: undefined,
      position: undefined,
      ...completed(event, message.appendedAtMs),
    },
  };
}

function completed(
  event: Event,
  appendedAtMs: number,
): Omit<ReadableEvent, 'catalog' | 'offset' | 'slate' | 'position'> {
  const { at, value = 1, ...rest } = event;
  // An event cannot happen after it arrived: a clock that runs ahead would rank above all others for ever.
  const atMs = at === undefined ? appendedAtMs : Math.min(Date.parse(at), appendedAtMs);
  return { ...rest, value, atMs };
}

export function deadLetter(message: Message, reason: string, value: unknown): DeadLetter {
  const text = (name: string): string | undefined => {
    const field: unknown =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    return typeof field === 'string' && field.isWellFormed() && !field.includes('\0')
      ? field.slice(0, 1_000)
      : undefined;
  };
  return {
    partition: message.partition,
    offset: message.offset,
    reason,
    value: message.value ?? Buffer.alloc(0),
    catalog: text('catalog') ?? MAIN_CATALOG,
    user: text('user'),
  };
}
