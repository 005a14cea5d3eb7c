import type { Contender } from '../contender.ts';

/** The ranking as it is served: trained on the catalog's own history, asked as the API asks it. */
export const kindred: Contender = {
  name: 'kindred',
  knowsNewItems: true,
  fit: async ({ served }) => {
    const training = await served.trained();
    const serving = await served.serve(training?.versions.trained);
    const { parameters = {}, hasRanker = false } = training?.summary ?? {};
    return {
      parameters: { ...parameters, hasRanker },
      fitSeconds: training?.seconds ?? 0,
      ...serving,
    };
  },
};
