import { DataError } from '@kindred/cli/dataset-folder/data-error';
import { hashOrdered } from '../measure/stable-hash.ts';

/** Ids to ask for, none of them twice. */
export interface Dealt {
  /** Asked for first, and not counted. */
  readonly warmUp: readonly string[];
  /** Equally many for each round, in the order in which they are asked for: what one round asks for is new to all caches. */
  readonly rounds: readonly (readonly string[])[];
}

/** Number of rounds, and bounds on their lengths. */
export interface DealOptions {
  /** Names the ids in an error. */
  readonly name: string;
  readonly rounds: number;
  readonly seed: number;
  readonly perRoundMax: number;
  readonly warmUpMax: number;
}

/** Part of the ids that a warm-up may take, where they are few. */
const WARM_UP_SHARE = 0.1;

/**
 * Deals a hashed sample of the ids to the rounds, the same for the same seed in whatever order the ids come.
 * @param ids  Distinct.
 * @throws {DataError} when there are fewer ids than one for the warm-up and one per round.
 */
export function dealt(ids: readonly string[], { name, rounds, seed, perRoundMax, warmUpMax }: DealOptions): Dealt {
  const warmUpCount = Math.max(1, Math.min(warmUpMax, Math.floor(ids.length * WARM_UP_SHARE)));
  const perRound = Math.min(perRoundMax, Math.floor((ids.length - warmUpCount) / rounds));
  if (perRound < 1) throw new DataError(`the data set has ${ids.length} ${name}: too few to ask for`);
  const ordered = hashOrdered(ids, (id) => id, seed);
  return {
    warmUp: ordered.slice(0, warmUpCount),
    rounds: Array.from({ length: rounds }, (_, round) => {
      const start = warmUpCount + round * perRound;
      return ordered.slice(start, start + perRound);
    }),
  };
}

/** The ids of a round in another order, so that how long ago an id was asked for first differs from one to the next. */
export function reordered(round: readonly string[], seed: number): readonly string[] {
  return hashOrdered(round, (id) => id, `repeated ${seed}`);
}
