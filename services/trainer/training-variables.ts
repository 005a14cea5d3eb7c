import { z } from 'zod';

/** Environment variables of a process that trains catalogs. */
export const trainingVariables = {
  KINDRED_TRAINING_HOURS: z
    .string()
    .regex(/^\d{1,3}(\.\d{1,3})?$/, 'must be a number of hours, 0 to 999')
    .default('6')
    .transform(Number),
};
