import { type Failures, isBackingOff } from './failures.ts';

/** Growth of a catalog since a change. No count goes beyond its `GROWTH_MAX`. */
export interface Growth {
  readonly newEvents: number;
  readonly events: number;
  /** Pairs of a user and an item that they engaged with. */
  readonly pairs: number;
  /** Number of the last erasure of a user among the changes; 0 without one. */
  readonly lastErasure: number;
}

/** Counts from which on more decide nothing. */
export const GROWTH_MAX = { newEvents: 1_000, events: 10_000, pairs: 500 } as const;
/** Fewer new events count where they are this share of all. */
const NEW_EVENTS_SHARE = 0.1;
const HOUR_MS = 3_600_000;
/** Age at which a version that holds an erased user is replaced: well within the promised 24 hours. */
export const ERASED_KEPT_MS = 12 * HOUR_MS;
/** Waits after failures to replace such a version: five attempts lie within the promised 24 hours. */
const ERASED_RETRY = { firstMs: HOUR_MS, maxMs: 4 * HOUR_MS } as const;
/** Waits after other failures, which begin with the hours that a version is left alone. */
const GROWN_RETRY = { firstMs: HOUR_MS, maxMs: 48 * HOUR_MS } as const;

/** Time and data of a version's training. */
export interface TrainedOn {
  readonly trainedAtMs: number;
  readonly eventsChange: number;
}

/**
 * Reason to train a catalog now.
 * @param latest  The latest version, from which growth counts; `serving` the one that serves.
 * @param failures  Trainings that failed since the last that succeeded.
 * @param hours  Time that a version is left alone, whatever happens meanwhile; 0 trains only because of erasures.
 * @returns `undefined` for none.
 */
export function trainingNeed(given: {
  readonly growth: Growth;
  readonly latest: TrainedOn | undefined;
  readonly serving: TrainedOn | undefined;
  readonly failures: Failures | undefined;
  readonly nowMs: number;
  readonly hours: number;
}): 'grown' | 'erased' | undefined {
  const { growth, latest, serving, failures, nowMs, hours } = given;
  if (serving !== undefined && serving.eventsChange < growth.lastErasure) {
    const isOld = nowMs - serving.trainedAtMs >= ERASED_KEPT_MS;
    if (isOld && !isBackingOff(failures, ERASED_RETRY, nowMs)) return 'erased';
  }
  if (hours === 0 || growth.pairs < GROWTH_MAX.pairs) return undefined;
  const restMs = hours * HOUR_MS;
  if (latest !== undefined && nowMs - latest.trainedAtMs < restMs) return undefined;
  const retry = { firstMs: Math.max(GROWN_RETRY.firstMs, restMs), maxMs: Math.max(GROWN_RETRY.maxMs, restMs) };
  if (isBackingOff(failures, retry, nowMs)) return undefined;
  const enough = Math.min(GROWTH_MAX.newEvents, NEW_EVENTS_SHARE * growth.events);
  return growth.newEvents > 0 && growth.newEvents >= enough ? 'grown' : undefined;
}
