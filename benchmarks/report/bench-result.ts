import { z } from 'zod';
import { annResultSchema } from '../ann/result.ts';
import { diversityResultSchema } from '../diversity/result.ts';
import { embeddingResultSchema } from '../embedding/result.ts';
import { freshnessResultSchema } from '../freshness/result.ts';
import { newItemsResultSchema } from '../new-items/result.ts';
import { rankingResultSchema } from '../ranking/result.ts';
import { servingResultSchema } from '../serving/result.ts';

/** A result of any question, in the form of its file. */
export const benchResultSchema = z.discriminatedUnion('benchmark', [
  embeddingResultSchema,
  annResultSchema,
  rankingResultSchema,
  servingResultSchema,
  freshnessResultSchema,
  diversityResultSchema,
  newItemsResultSchema,
]);

export type BenchResult = z.infer<typeof benchResultSchema>;
