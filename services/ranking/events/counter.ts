import { DAY_MS, decayed, HALF_LIFE_DAYS } from '@kindred/shared/model/decay';

/** Below this a decayed sum is nothing: years after the last engagement. Also keeps PostgreSQL from underflow. */
const NOTHING = 1e-12;

/** What all users did with an item. Sums are as of `decayedToMs`. */
export interface ItemCounter {
  readonly impressions: number;
  readonly clicks: number;
  readonly saves: number;
  readonly dwells: number;
  readonly hides: number;
  /** Positive engagement that halves every 3 days, at `decayedToMs`. */
  readonly shortValue: number;
  /** Positive engagement that halves every 69 days, at `decayedToMs`. */
  readonly longValue: number;
  readonly decayedToMs: number;
}

export const NO_COUNTER: ItemCounter = {
  impressions: 0,
  clicks: 0,
  saves: 0,
  dwells: 0,
  hides: 0,
  shortValue: 0,
  longValue: 0,
  // Before every moment, 1970 included: what is nothing decays to nothing.
  decayedToMs: Number.NEGATIVE_INFINITY,
};

export const COUNTER_OF_TYPE = {
  impression: 'impressions',
  click: 'clicks',
  save: 'saves',
  dwell: 'dwells',
  hide: 'hides',
} as const;

/**
 * Adds an event to a counter, or takes it away.
 * In any order of events the result is the same, up to rounding (1e-9 of the sum).
 * @param sign  1 to add, −1 to take away.
 * @param weight  The event's engagement weight, at least 0.
 */
export function counted(
  counter: ItemCounter,
  event: { readonly type: keyof typeof COUNTER_OF_TYPE; readonly weight: number; readonly atMs: number },
  sign: 1 | -1,
): ItemCounter {
  const field = COUNTER_OF_TYPE[event.type];
  const decayedToMs = Math.max(counter.decayedToMs, event.atMs);
  const moved = (value: number, days: number): number =>
    decayed(value, decayedToMs - counter.decayedToMs, days) +
    sign * decayed(event.weight, decayedToMs - event.atMs, days);
  return {
    ...counter,
    [field]: counter[field] + sign,
    shortValue: atLeastNothing(moved(counter.shortValue, HALF_LIFE_DAYS.short)),
    longValue: atLeastNothing(moved(counter.longValue, HALF_LIFE_DAYS.long)),
    decayedToMs,
  };
}

function atLeastNothing(value: number): number {
  return value < NOTHING ? 0 : value;
}

/**
 * Orders counters by their decayed value at any one moment, the same at every moment: `log2(value) + time / half-life`.
 * @returns `undefined` where the value is nothing.
 */
export function rankOf(value: number, decayedToMs: number, halfLifeDays: number): number | undefined {
  return value === 0 ? undefined : Math.log2(value) + decayedToMs / (halfLifeDays * DAY_MS);
}

/** What a rank stands for at a moment: the decayed value it was made from, decayed on. */
export function valueOfRank(rank: number, nowMs: number, halfLifeDays: number): number {
  return Math.min(Number.MAX_VALUE, 2 ** (rank - nowMs / (halfLifeDays * DAY_MS)));
}
