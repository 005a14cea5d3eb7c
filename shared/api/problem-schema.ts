import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../problem.ts';
import { batchAnswerSchema, rejectedRowSchema } from './batch.ts';

const fieldProblemSchema = z.object({
  field: z.string().meta({ description: 'Path of the field; empty for the input as a whole' }),
  reason: z.string(),
});

/** An error answer as RFC 9457 has it. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string(),
    field: z.string().optional(),
    errors: z.array(fieldProblemSchema).optional(),
    requestId: z.string(),
  })
  .meta({ id: 'Problem', description: 'An error as RFC 9457 has it, with the code and the offending field' });

/** An error answer to a batch, which also says how much of the batch was stored before it. */
export const batchProblemSchema = problemSchema
  .extend({
    errors: z.array(fieldProblemSchema.extend({ line: rejectedRowSchema.shape.line.optional() })).optional(),
    accepted: batchAnswerSchema.shape.accepted.optional(),
    rejected: batchAnswerSchema.shape.rejected.optional(),
    token: batchAnswerSchema.shape.token.optional(),
  })
  .meta({ id: 'BatchProblem', description: 'A problem of a batch; rows that were stored before it stay stored' });
