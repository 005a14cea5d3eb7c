import type { CandidateSource } from './candidate-source.ts';
import { coEngagementSource } from './co-engagement-source.ts';
import { interestsSource } from './interests-source.ts';
import { latestSource, popularSource, trendingSource } from './non-personalized-sources.ts';
import { similarSource } from './similar-source.ts';
import { collaborativeSource, contentSource, transitionsSource } from './trained-sources.ts';

/** Every candidate source, in the order in which an explanation lists them. */
export const ALL_SOURCES: readonly CandidateSource[] = [
  collaborativeSource,
  contentSource,
  interestsSource,
  similarSource,
  transitionsSource,
  coEngagementSource,
  trendingSource,
  latestSource,
  popularSource,
];
