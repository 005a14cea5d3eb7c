import { DIVERSITY_DEFAULT } from '@kindred/shared/model/mmr';
import type { Contender } from '../contender.ts';

/** The same engine, sources and artifact, without the trained ranker: what the sources find is fused by fixed weights. */
export const reciprocalRankFusion: Contender = {
  name: 'reciprocal-rank-fusion',
  knowsNewItems: true,
  fit: async ({ served }) => {
    const training = await served.trained();
    const serving = await served.serve(training?.versions.fixed);
    return { parameters: { diversity: DIVERSITY_DEFAULT }, fitSeconds: training?.seconds ?? 0, ...serving };
  },
};
