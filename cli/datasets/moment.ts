const INTEGER = /^-?\d{1,15}$/;
const WRITTEN = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/** As seconds this is in the year 5138, as milliseconds in 1973. */
const SECONDS_BELOW = 1e11;
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** The forms that `momentMsOf` reads, for messages. */
export const MOMENT_FORMS = 'seconds or milliseconds since 1970, or ISO 8601 such as 2026-01-31T12:00:00Z';

/**
 * Reads a time as tables have it: seconds or milliseconds since 1970 (milliseconds from 10¹¹ on), or ISO 8601, where a
 * date alone is its first moment and a time without an offset is UTC.
 * @returns Milliseconds since 1970, in the years 0001 to 9999; `undefined` for anything else.
 */
export function momentMsOf(text: string): number | undefined {
  const ms = INTEGER.test(text) ? integerMs(Number(text)) : writtenMs(text);
  return ms >= FIRST_MS && ms <= LAST_MS ? ms : undefined;
}

function integerMs(number: number): number {
  return Math.abs(number) < SECONDS_BELOW ? number * 1000 : number;
}

function writtenMs(text: string): number {
  const [, date, time = '00:00', offset = 'Z'] = WRITTEN.exec(text) ?? [];
  if (date === undefined) return Number.NaN;
  const dayMs = Date.parse(`${date}T00:00Z`);
  // Date.parse takes the 30th of February for the 2nd of March.
  if (Number.isNaN(dayMs) || !new Date(dayMs).toISOString().startsWith(date)) return Number.NaN;
  return Date.parse(`${date}T${time}${offset}`);
}

/** Writes a time in ISO 8601 and UTC, without a fraction if the second is whole. */
export function momentText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
