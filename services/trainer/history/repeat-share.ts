import { DAY_MS } from '@kindred/shared/model/decay';

/** A pair counts from this age on, so that a weekly rhythm had time to show. */
const AGE_MIN_MS = 7 * DAY_MS;

/** Counts pairs of user and item, and those in which the user came back to the item. */
export class RepeatCount {
  readonly #latestMs: number;
  #pairs = 0;
  #repeated = 0;

  /** @param latestMs  Time of the catalog's last event of any kind. */
  constructor(latestMs: number) {
    this.#latestMs = latestMs;
  }

  /**
   * Adds one pair. A younger pair than a week is left out: there was no time to come back.
   * @param firstMs  Time of the pair's first engagement.
   * @param lastMs  Time of its last one, at least `firstMs`.
   */
  add(firstMs: number, lastMs: number): void {
    if (this.#latestMs - firstMs < AGE_MIN_MS) return;
    this.#pairs++;
    if (dayOf(firstMs) < dayOf(lastMs)) this.#repeated++;
  }

  /** Share of the pairs with engagements on two or more days, in [0, 1]; 0 without any pair. */
  get share(): number {
    return this.#pairs === 0 ? 0 : this.#repeated / this.#pairs;
  }
}

/** Number of a day in UTC. */
function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}
