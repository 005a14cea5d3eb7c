import { SOURCES } from '@kindred/shared/model/candidate-sources';
import { NO_CAUSES } from './candidate.ts';
import type { CandidateSource } from './candidate-source.ts';

const { depth = 0, weight } = SOURCES['co-engagement'];

/** Items that other users engaged with who engaged with the same items as this one. */
export const coEngagementSource: CandidateSource = {
  name: 'co-engagement',
  weight: ({ engagements, coEngagement }) => (engagements.length > 0 && coEngagement !== undefined ? weight.known : 0),
  queries: () => [],
  candidates: ({ coEngagement, depthFactor, excluded }) => coEngagement?.best(depthFactor * depth, excluded) ?? [],
  causes: ({ coEngagement }, _answers, items) => coEngagement?.causes(items) ?? NO_CAUSES,
};
