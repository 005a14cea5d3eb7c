import { z } from 'zod';

/** Longest part of a message that a list of dead letters shows, in characters. */
export const LETTER_VALUE_MAX = 2_000;

export const deadLettersAnswerSchema = z.object({
  letters: z.array(
    z.object({
      partition: z.int(),
      offset: z.int(),
      at: z.string(),
      reason: z.string(),
      catalog: z.string(),
      user: z.string(),
      value: z.string().meta({ description: `The message as text, its first ${LETTER_VALUE_MAX} characters` }),
    }),
  ),
});

export const retryAnswerSchema = z.object({ retried: z.int() });
