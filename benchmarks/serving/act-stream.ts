import type { EventType } from '@kindred/shared/event';
import { type Random, seededRandom } from '@kindred/shared/numeric/random';

/** An event as users of the API write it. */
export interface ActEvent {
  readonly id: string;
  readonly user: string;
  readonly item: string;
  readonly type: EventType;
  readonly value: number;
}

/** None of the types that rows of a data set become, so that taking these back leaves those as they are. */
const SHARES: readonly { readonly type: EventType; readonly upTo: number; readonly value: number }[] = [
  { type: 'click', upTo: 0.6, value: 1 },
  { type: 'dwell', upTo: 0.9, value: 30 },
  { type: 'hide', upTo: 1, value: 1 },
];

/** The mix, as the result states it. */
export const ACT_TYPES = 'click .6, dwell .3, hide .1';

/** Users and items that events are drawn of. */
export interface ActStreamOptions {
  /** Opens the ids; the server drops an event whose id it has seen, so no two runs on a catalog may share it. */
  readonly name: string;
  readonly seed: number;
  /** At least one; each acts as often as any other. */
  readonly users: readonly string[];
  /** At least one; each is acted on as often as any other. */
  readonly items: readonly string[];
}

/** Draws events without end; the same options give the same. */
export function actStream({ name, seed, users, items }: ActStreamOptions): () => ActEvent {
  const random = seededRandom(seed);
  let count = 0;
  return () => {
    const share = random();
    const { type, value } = SHARES.find(({ upTo }) => share < upTo)!;
    return { id: `${name}-${count++}`, user: oneOf(users, random), item: oneOf(items, random), type, value };
  };
}

function oneOf(ids: readonly string[], random: Random): string {
  return ids[Math.floor(ids.length * random())]!;
}
