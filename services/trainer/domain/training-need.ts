/** What happened in a catalog since a change. No count goes beyond its `GROWTH_MAX`. */
export interface Growth {
  readonly newEvents: number;
  readonly events: number;
  /** Pairs of a user and an item that they engaged with. */
  readonly pairs: number;
  /** The change of the last erasure of a user; 0 without one. */
  readonly lastErasure: number;
}

/** From here on more of them decide nothing. */
export const GROWTH_MAX = { newEvents: 1_000, events: 10_000, pairs: 500 } as const;
/** Fewer new events count where they are this share of all. */
const NEW_EVENTS_SHARE = 0.1;
const HOUR_MS = 3_600_000;
/** After an erasure what serves is trained anew once it is this old: well within the promised 24 hours. */
export const ERASED_KEPT_MS = 12 * HOUR_MS;

/** What a version was trained on, and when. */
export interface TrainedOn {
  readonly trainedAtMs: number;
  readonly eventsChange: number;
}

/**
 * Whether a catalog is to be trained now.
 * @param latest  The latest version, `serving` the one that serves; growth counts from the former.
 * @param triedAtMs  When a training last ended without a version; `undefined` for never.
 * @param hours  How long a version is left alone, whatever happens meanwhile; 0 trains only because of erasures.
 */
export function trainingNeed(given: {
  readonly growth: Growth;
  readonly latest: TrainedOn | undefined;
  readonly serving: TrainedOn | undefined;
  readonly triedAtMs: number | undefined;
  readonly nowMs: number;
  readonly hours: number;
}): 'grown' | 'erased' | undefined {
  const { growth, latest, serving, triedAtMs = Number.NEGATIVE_INFINITY, nowMs, hours } = given;
  if (serving !== undefined && serving.eventsChange < growth.lastErasure) {
    if (nowMs - serving.trainedAtMs >= ERASED_KEPT_MS && nowMs - triedAtMs >= HOUR_MS) return 'erased';
  }
  if (hours === 0 || growth.pairs < GROWTH_MAX.pairs) return undefined;
  const lastMs = Math.max(latest?.trainedAtMs ?? Number.NEGATIVE_INFINITY, triedAtMs);
  if (nowMs - lastMs < hours * HOUR_MS) return undefined;
  const enough = Math.min(GROWTH_MAX.newEvents, NEW_EVENTS_SHARE * growth.events);
  return growth.newEvents > 0 && growth.newEvents >= enough ? 'grown' : undefined;
}
