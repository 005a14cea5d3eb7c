import { readConfig } from '@kindred/shared/platform/config';
import { z } from 'zod';

const addressSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address, such as http://127.0.0.1:8080' })
  .transform((text) => new URL(text))
  .refine(({ username, search, hash }) => username + search + hash === '', 'must have no name, query or fragment')
  .transform(({ origin, pathname }) => origin + pathname.replace(/\/+$/, ''));

const schema = z.object({
  KINDRED_URL: addressSchema.default('http://127.0.0.1:8080'),
  KINDRED_RANKING_URL: addressSchema.optional(),
  KINDRED_TRAINER_URL: addressSchema.optional(),
  KINDRED_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be of ASCII without spaces')
    .optional(),
});

/** Where a command finds the server; addresses without a slash at the end. */
export interface ClientConfig {
  /** Of catalogs and items. */
  readonly url: string;
  /** Of events and dead letters: the same, unless the services are apart. */
  readonly rankingUrl: string;
  /** Of trainings: likewise. */
  readonly trainerUrl: string;
  readonly apiKey: string | undefined;
}

/** @throws {ConfigError} with every mistake at once. */
export function readClientConfig(environment: Readonly<Record<string, string | undefined>>): ClientConfig {
  const {
    KINDRED_URL: url,
    KINDRED_RANKING_URL: rankingUrl = url,
    KINDRED_TRAINER_URL: trainerUrl = url,
    KINDRED_API_KEY: apiKey,
  } = readConfig(schema, environment);
  return { url, rankingUrl, trainerUrl, apiKey };
}
