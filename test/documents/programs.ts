import { benchVariables } from '@kindred/benchmarks/config';
import { clientVariables } from '@kindred/cli/client-config';
import { datasetsVariables } from '@kindred/cli/datasets/config';
import { importVariables } from '@kindred/cli/import/config';
import { indexVariables } from '@kindred/index/config';
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
  { name: 'commands', file: 'cli/client-config.ts', variables: clientVariables },
  { name: 'import', file: 'cli/import/config.ts', variables: importVariables },
  { name: 'datasets', file: 'cli/datasets/config.ts', variables: datasetsVariables },
  { name: 'bench', file: 'benchmarks/config.ts', variables: benchVariables },
];
