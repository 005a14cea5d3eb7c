import { decayed, HALF_LIFE_DAYS } from '@kindred/shared/model/decay';

/** Smaller decayed sums count as 0: years after the last engagement. Also keeps PostgreSQL from underflow. */
const NEGLIGIBLE = 1e-12;

/** Positive engagement of all users with one item. Both sums are as of `decayedToMs`. */
export interface ItemCounter {
  /** Halves every 3 days. */
  readonly shortValue: number;
  /** Halves every 69 days. */
  readonly longValue: number;
  readonly decayedToMs: number;
}

export const NO_COUNTER: ItemCounter = {
  shortValue: 0,
  longValue: 0,
  // Before every moment, 1970 included: 0 decays to 0.
  decayedToMs: Number.NEGATIVE_INFINITY,
};

/** An engagement as a counter sees it. */
export interface WeightedEvent {
  /** Engagement weight, at least 0. */
  readonly weight: number;
  readonly atMs: number;
}

/**
 * Adds an event to a counter, or takes it away.
 * In any order of events the result is the same, up to rounding (1e-9 of the sum).
 * @param sign  1 to add, −1 to take away.
 */
export function counted(counter: ItemCounter, event: WeightedEvent, sign: 1 | -1): ItemCounter {
  const decayedToMs = Math.max(counter.decayedToMs, event.atMs);
  const moved = (value: number, days: number): number =>
    decayed(value, decayedToMs - counter.decayedToMs, days) +
    sign * decayed(event.weight, decayedToMs - event.atMs, days);
  return {
    shortValue: withoutNegligible(moved(counter.shortValue, HALF_LIFE_DAYS.short)),
    longValue: withoutNegligible(moved(counter.longValue, HALF_LIFE_DAYS.long)),
    decayedToMs,
  };
}

function withoutNegligible(value: number): number {
  return value < NEGLIGIBLE ? 0 : value;
}
