import type { CandidateSource } from '../domain/candidate-source.ts';

const CANDIDATES_MAX = 200;
const ENGAGEMENTS_MAX = 100;

/** What others who engaged with the same items also engaged with. */
export const coEngagementSource: CandidateSource = {
  name: 'co-engagement',
  weight: ({ engagements, graph }) => (engagements.length > 0 && graph !== undefined ? 1 : 0),
  wishes: () => [],
  candidates: ({ engagements, graph }) => graph?.coEngaged(engagements.slice(0, ENGAGEMENTS_MAX), CANDIDATES_MAX) ?? [],
};
