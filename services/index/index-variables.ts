import { z } from 'zod';

/** The engines that a process may search with. */
const INDEX_ENGINES = ['hnsw', 'exact'] as const;
/** Value of `KINDRED_INDEX_ENGINE`: the name of an engine's folder. */
export type IndexEngineName = (typeof INDEX_ENGINES)[number];

/** Environment variables of every process that runs the index. */
export const indexEngineVariables = {
  KINDRED_INDEX_ENGINE: z
    .enum(INDEX_ENGINES, { error: `must be ${INDEX_ENGINES.join(' or ')}` })
    .default('hnsw')
    .meta({
      description:
        'Index engine: `hnsw` searches a graph in a thread of its own and keeps snapshots; `exact` compares with every ' +
        'vector in the thread of the service and reads all of them again at each start, for small catalogs and comparisons',
    }),
};
