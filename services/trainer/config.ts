import { databaseUrlSchema, readConfig } from '@kindred/shared/platform/config';
import { type HttpConfig, httpConfigOf, httpVariables, requireKey } from '@kindred/shared/platform/http/http-config';
import { z } from 'zod';
import { trainingVariables } from './training-variables.ts';

const schema = z
  .object({ ...httpVariables(8083), ...trainingVariables, DATABASE_URL: databaseUrlSchema })
  .superRefine(requireKey);

export interface TrainerConfig extends HttpConfig {
  readonly databaseUrl: string;
  /** `hours` of `trainingNeed`. */
  readonly trainingHours: number;
}

/** @throws {ConfigError} with every mistake at once. */
export function readTrainerConfig(environment: Readonly<Record<string, string | undefined>>): TrainerConfig {
  const read = readConfig(schema, environment);
  return { ...httpConfigOf(read), databaseUrl: read.DATABASE_URL, trainingHours: read.KINDRED_TRAINING_HOURS };
}
