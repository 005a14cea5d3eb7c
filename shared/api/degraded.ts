import { z } from 'zod';

/** Names of the parts that were missing when the answer was made; an answer without any is complete. */
export const degradedSchema = z.array(z.string()).meta({ description: 'Names of what was missing when it was made' });
