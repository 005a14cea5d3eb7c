import { SOURCES } from '@kindred/shared/model/candidate-sources';
import { NO_CAUSES } from './candidate.ts';
import type { CandidateSource } from './candidate-source.ts';
import type { TrainedSourceName } from './trained-scores.ts';

/** Items that the trained item–item weights lead to from the user's history. */
export const collaborativeSource = trainedSource('collaborative');
/** Items like the user's history in content: creator, labels, words and embedding. */
export const contentSource = trainedSource('content');

/** Items that other users engaged with next after the last few of the user's history. */
export const transitionsSource = trainedSource('transitions');

function trainedSource(name: TrainedSourceName): CandidateSource {
  const { depth = 0, weight } = SOURCES[name];
  return {
    name,
    weight: ({ trained }) => (trained === undefined ? 0 : weight.known),
    queries: () => [],
    candidates: ({ trained, depthFactor, excluded }) => trained?.best(name, depthFactor * depth, excluded) ?? [],
    causes: ({ trained }, _answers, items) => trained?.causes(name, items) ?? NO_CAUSES,
  };
}
