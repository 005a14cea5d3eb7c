import type { Route } from '@kindred/shared/api/route';
import type { Ranking } from '../ranking.ts';
import { deadLetterRoutes } from './dead-letter-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { neighborRoutes } from './neighbor-routes.ts';
import { recommendationRoutes } from './recommendation-routes.ts';
import { userRoutes } from './user-routes.ts';

/** Every address of the ranking service. */
export function rankingRoutes(ranking: Ranking): readonly Route[] {
  return [
    ...eventRoutes(ranking.intake),
    ...recommendationRoutes(ranking.recommendations),
    ...neighborRoutes(ranking),
    ...userRoutes(ranking.users),
    ...deadLetterRoutes(ranking.deadLetters),
  ];
}
