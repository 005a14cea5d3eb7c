import type { CandidateSource } from './candidate-source.ts';

const CANDIDATES_MAX = 200;

/** What others who engaged with the same items also engaged with. */
export const coEngagementSource: CandidateSource = {
  name: 'co-engagement',
  weight: ({ engagements, together }) => (engagements.length > 0 && together !== undefined ? 1 : 0),
  wishes: () => [],
  candidates: ({ together, depth }) => together?.best(depth * CANDIDATES_MAX) ?? [],
};
