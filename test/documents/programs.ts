import { benchVariables } from '@kindred/benchmarks/config';
import { clientVariables, foldersVariables } from '@kindred/cli/config';
import { indexVariables } from '@kindred/index/config';
import {
  brokersVariables,
  distributedVariables,
  doctorVariables,
  setupVariables,
  storesVariables,
} from '@kindred/infra/config';
import { ingestionVariables } from '@kindred/ingestion/config';
import { rankingVariables } from '@kindred/ranking/config';
import { standaloneVariables } from '@kindred/standalone/config';
import { trainerVariables } from '@kindred/trainer/config';
import type { z } from 'zod';

/** A program, or a group of programs that read the same, with its environment variables. */
export interface Program {
  readonly name: string;
  /** File of the schema, from the repository's root. */
  readonly file: string;
  readonly variables: z.ZodObject;
}

/** Every program that reads environment variables, in the order of the page. */
export const PROGRAMS: readonly Program[] = [
  { name: 'standalone', file: 'services/standalone/config.ts', variables: standaloneVariables },
  { name: 'ingestion', file: 'services/ingestion/config.ts', variables: ingestionVariables },
  { name: 'index', file: 'services/index/config.ts', variables: indexVariables },
  { name: 'ranking', file: 'services/ranking/config.ts', variables: rankingVariables },
  { name: 'trainer', file: 'services/trainer/config.ts', variables: trainerVariables },
  { name: 'set-up', file: 'infra/config.ts', variables: setupVariables },
  { name: 'stores', file: 'infra/config.ts', variables: storesVariables },
  {
    name: 'dev:distributed',
    file: 'infra/config.ts',
    variables: distributedVariables.extend(brokersVariables.shape),
  },
  { name: 'doctor', file: 'infra/config.ts', variables: doctorVariables },
  { name: 'commands', file: 'cli/config.ts', variables: clientVariables },
  { name: 'import, datasets', file: 'cli/config.ts', variables: foldersVariables },
  { name: 'bench', file: 'benchmarks/config.ts', variables: benchVariables },
];
