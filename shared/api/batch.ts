import { z } from 'zod';

/** Most rows of a batch that is one JSON list, which is held whole; NDJSON may have any number. */
export const LIST_ROWS_MAX = 100_000;

/** A row that was not stored, with its first mistake. */
export const rejectedRowSchema = z.object({
  line: z.int().meta({ description: 'From 1: the line of NDJSON, or the place in the JSON list' }),
  field: z.string().meta({ description: 'Path of the field; empty for the row as a whole' }),
  reason: z.string(),
});

/** The answer to a batch of which at least one row was stored. */
export const batchAnswerSchema = z.object({
  accepted: z.int().meta({ description: 'Number of rows stored' }),
  rejected: z.array(rejectedRowSchema),
  token: z.string().meta({ description: 'Sent as after, a read reflects every stored row' }),
});
