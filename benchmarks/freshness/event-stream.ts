import type { EventType } from '@kindred/shared/event';
import { type Random, seededRandom } from '@kindred/shared/numeric/random';
import { ITEM_COUNT, itemOf } from './synthetic-catalog.ts';

/** An event as users of the API write it. */
export interface StreamEvent {
  readonly id: string;
  readonly user: string;
  readonly item: string;
  readonly type: EventType;
  readonly value: number;
}

const USER_COUNT = 10_000;
/** Draws more of the first items: a fifth of all events are on a hundredth of the items. */
const SKEW = 3;
const SHARES: readonly { readonly type: EventType; readonly upTo: number; readonly value: number }[] = [
  { type: 'impression', upTo: 0.4, value: 1 },
  { type: 'click', upTo: 0.7, value: 1 },
  { type: 'dwell', upTo: 0.85, value: 30 },
  { type: 'save', upTo: 0.95, value: 1 },
  { type: 'hide', upTo: 1, value: 1 },
];

/** Parameters of the drawn events, as the result states them. */
export const STREAM_PARAMETERS = {
  users: USER_COUNT,
  types: 'impression .4, click .3, dwell .15, save .1, hide .05',
  itemSkew: SKEW,
};

/**
 * Draws events without end; the same seed gives the same.
 * @param name  Goes into the ids, which no other stream of the run may share.
 */
export function eventStream(name: string, seed: number): () => StreamEvent {
  const random = seededRandom(seed);
  let count = 0;
  return () => {
    const { type, value } = typeAt(random());
    return {
      id: `${name}-${count++}`,
      user: `user-${below(USER_COUNT, random)}`,
      item: itemOf(Math.floor(ITEM_COUNT * random() ** SKEW)),
      type,
      value,
    };
  };
}

function typeAt(share: number): (typeof SHARES)[number] {
  return SHARES.find(({ upTo }) => share < upTo)!;
}

function below(count: number, random: Random): number {
  return Math.floor(count * random());
}
