import type { DeadLetterQueue } from './events/dead-letter-queue.ts';
import type { EventIntake } from './events/event-intake.ts';
import type { Search } from './neighbors/search.ts';
import type { Similar } from './neighbors/similar.ts';
import type { Recommendations } from './recommend/recommendations.ts';
import type { Users } from './users/users.ts';

/** The use cases of the ranking service. */
export interface Ranking {
  readonly intake: EventIntake;
  readonly recommendations: Recommendations;
  readonly similar: Similar;
  readonly search: Search;
  readonly users: Users;
  readonly deadLetters: DeadLetterQueue;
}
