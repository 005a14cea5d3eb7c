import type { Contender } from '../contender.ts';
import { DIVERSITY } from '../served-catalog.ts';

/** The same engine, sources and artifact, without the trained ranker: what the sources find is fused by fixed weights. */
export const reciprocalRankFusion: Contender = {
  name: 'reciprocal-rank-fusion',
  knowsNewItems: true,
  fit: async ({ served }) => {
    const training = await served.trained();
    const serving = await served.serve(training?.versions.fixed);
    return { parameters: { diversity: DIVERSITY }, fitSeconds: training?.seconds ?? 0, ...serving };
  },
};
