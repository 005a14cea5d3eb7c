import { SOURCES } from '@kindred/shared/model/candidate-sources';
import { NO_CAUSES } from './candidate.ts';
import type { CandidateSource } from './candidate-source.ts';

/** Items that the trained item–item weights lead to from the user's history. */
export const collaborativeSource = trainedSource('collaborative');
/** Items like the user's history in content: creator, labels, words and embedding. */
export const contentSource = trainedSource('content');

function trainedSource(name: 'collaborative' | 'content'): CandidateSource {
  const { depth = 0, weight } = SOURCES[name];
  return {
    name,
    weight: ({ trained }) => (trained === undefined ? 0 : weight.known),
    queries: () => [],
    candidates: ({ trained, depthFactor }) => trained?.best(name, depthFactor * depth) ?? [],
    causes: ({ trained }, _answers, items) => trained?.causes(name, items) ?? NO_CAUSES,
  };
}
