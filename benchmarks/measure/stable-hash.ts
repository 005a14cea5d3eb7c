import { sha256 } from '@kindred/shared/hash';

const DIGITS = 12;

/** A number in [0, 1) that looks random and is the same for the same text on every machine. */
export function stableHash(text: string): number {
  return Number.parseInt(sha256(text).slice(0, DIGITS), 16) / 16 ** DIGITS;
}

/**
 * The given things in an order that follows from their keys alone, whatever order they came in.
 * @param salt  Another salt gives another order.
 */
export function hashOrdered<T>(things: Iterable<T>, keyOf: (thing: T) => string, salt: string | number): readonly T[] {
  return [...things]
    .map((thing) => ({ thing, key: keyOf(thing) }))
    .map(({ thing, key }) => ({ thing, key, hashed: stableHash(`${salt}\n${key}`) }))
    .sort((a, b) => a.hashed - b.hashed || (a.key < b.key ? -1 : 1))
    .map(({ thing }) => thing);
}
