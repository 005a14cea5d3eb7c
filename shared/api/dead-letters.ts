import { z } from 'zod';

/** Longest part of a message that a list of dead letters shows, in characters. */
export const LETTER_VALUE_MAX = 2_000;

/** A list of dead letters; `at` is the time at which the event log took the message. */
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

/** The number of messages that were appended to the event log again. */
export const retryAnswerSchema = z.object({ retried: z.int() });
