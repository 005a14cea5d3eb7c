import { EVENT_TYPES, type EventType } from '../event.ts';

/** Weight of the strongest event: engagement weights lie in [0, ENGAGEMENT_MAX]. */
export const ENGAGEMENT_MAX = 3;

/** Strength of a hidden item in a history: it counts against its neighbors half as much as a save counts for them. */
export const HIDE_STRENGTH = -0.5;

interface EngagementRule {
  /** Weight at full value; 0 for an event that says nothing positive. */
  readonly weight: number;
  /** Value at which the weight is reached, growing linearly from 0; `undefined` if any value above 0 is full. */
  readonly fullValue?: number;
}

/** The one table of what each event is worth, for serving, co-engagement and training. */
const RULES: Readonly<Record<EventType, EngagementRule>> = {
  impression: { weight: 0 },
  click: { weight: 1 },
  save: { weight: ENGAGEMENT_MAX },
  // Seconds: a minute is worth a click and a half.
  dwell: { weight: 1.5, fullValue: 60 },
  hide: { weight: 0 },
};

/**
 * Evidence that the user likes the item.
 * @param value  At least 0; an event of value 0 says nothing.
 * @returns A weight in [0, ENGAGEMENT_MAX].
 */
export function engagementWeight(type: EventType, value: number): number {
  const { weight, fullValue } = RULES[type];
  if (!(value > 0)) return 0;
  return fullValue === undefined ? weight : (weight * Math.min(value, fullValue)) / fullValue;
}

/** The engagement weight as a share of a save's, in [0, 1]: the unit that models are trained in. */
export function strengthOf(type: EventType, value: number): number {
  return engagementWeight(type, value) / ENGAGEMENT_MAX;
}

/** `strengthOf` as an SQL expression over the columns `type` and `value` of `events`; 0 for a retracted event. */
export const STRENGTH_SQL = `CASE WHEN retracted OR value <= 0 THEN 0 ${EVENT_TYPES.map(whenSql).join(' ')} ELSE 0 END`;

/** True for an event with a strength above 0, as an SQL condition over `events`. */
export const IS_ENGAGEMENT_SQL = `(NOT retracted AND value > 0 AND type IN (${EVENT_TYPES.filter(
  (type) => RULES[type].weight > 0,
)
  .map((type) => `'${type}'`)
  .join(', ')}))`;

function whenSql(type: EventType): string {
  const { weight, fullValue } = RULES[type];
  const strength = `${weight}::float8 / ${ENGAGEMENT_MAX}`;
  const share = fullValue === undefined ? '' : ` * least(value, ${fullValue}) / ${fullValue}`;
  return `WHEN type = '${type}' THEN ${strength}${share}`;
}
