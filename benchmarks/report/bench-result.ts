import { z } from 'zod';
import { rankingResultSchema } from '../ranking/result.ts';

/** Any question's result, as its file holds it. */
export const benchResultSchema = z.discriminatedUnion('benchmark', [rankingResultSchema]);

export type BenchResult = z.infer<typeof benchResultSchema>;
