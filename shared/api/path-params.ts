import { z } from 'zod';
import { catalogIdSchema, itemIdSchema, userIdSchema } from '../id.ts';

export const catalogParams = z.strictObject({ catalog: catalogIdSchema });
export const itemParams = z.strictObject({ catalog: catalogIdSchema, item: itemIdSchema });
export const userParams = z.strictObject({ catalog: catalogIdSchema, user: userIdSchema });

/** What a batch answers with. */
export const batchAnswerSchema = z.object({
  accepted: z.int(),
  rejected: z.array(z.object({ line: z.int(), field: z.string(), reason: z.string() })),
  token: z.string(),
});
