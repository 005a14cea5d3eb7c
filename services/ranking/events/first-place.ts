import type { FirstPlace } from './dead-letters.ts';

type Headers = Readonly<Record<string, string>>;

/** Headers under this prefix are the engine's own: a dead letter does not keep them. */
const OWN_PREFIX = 'kindred-';
const PARTITION_HEADER = `${OWN_PREFIX}first-partition`;
const OFFSET_HEADER = `${OWN_PREFIX}first-offset`;
const TIME_HEADER = `${OWN_PREFIX}first-at-ms`;

/** Headers that keep a message's first position and time in the log while it is retried from the dead-letter queue. */
export function firstPlaceHeaders({ partition, offset, appendedAtMs }: FirstPlace): Headers {
  return {
    [PARTITION_HEADER]: String(partition),
    [OFFSET_HEADER]: String(offset),
    [TIME_HEADER]: String(appendedAtMs),
  };
}

/** Reads the headers of `firstPlaceHeaders`. @returns `undefined` if a message has none, or malformed ones. */
export function firstPlaceOf(headers: Headers): FirstPlace | undefined {
  const partition = wholeNumber(headers[PARTITION_HEADER]);
  const offset = wholeNumber(headers[OFFSET_HEADER]);
  const appendedAtMs = wholeNumber(headers[TIME_HEADER]);
  if (partition === undefined || offset === undefined || appendedAtMs === undefined) return undefined;
  return { partition, offset, appendedAtMs };
}

/** A producer's own headers: all but those of the engine. */
export function foreignHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(OWN_PREFIX)));
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
