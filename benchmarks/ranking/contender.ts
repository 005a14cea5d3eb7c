import type { ItemId } from '@kindred/shared/id';
import type { EvaluatedUser } from './protocol.ts';

/** Something that ranks a whole catalog for a user. */
export interface Contender {
  readonly name: string;
  /** @returns At most `RANKED_MAX` items, best first, without repeats and without what the user has seen. */
  rank(user: EvaluatedUser): Promise<readonly ItemId[]>;
}
