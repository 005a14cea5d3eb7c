import { readConfig } from '@kindred/shared/platform/config';
import { z } from 'zod';

const addressSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address, such as http://127.0.0.1:8080' })
  .transform((text) => new URL(text))
  .refine(({ username, search, hash }) => username + search + hash === '', 'must have no name, query or fragment')
  .transform(({ origin, pathname }) => origin + pathname.replace(/\/+$/, ''))
  .meta({ range: 'an http or https address' });

/** Environment variables of every command that talks to a server. */
export const clientVariables = z.object({
  KINDRED_URL: addressSchema.default('http://127.0.0.1:8080').meta({
    description: 'Address of the server; of ingestion, where the services are apart',
  }),
  KINDRED_RANKING_URL: addressSchema.optional().meta({
    description: 'Address for events and dead letters',
    shownDefault: '`KINDRED_URL`',
  }),
  KINDRED_TRAINER_URL: addressSchema.optional().meta({
    description: 'Address for trainings',
    shownDefault: '`KINDRED_URL`',
  }),
  KINDRED_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be of ASCII without spaces')
    .optional()
    .meta({ description: 'Key of the server, if it has one', range: 'ASCII without spaces' }),
});

/** Addresses of the server, without a slash at the end, and its key. */
export interface ClientConfig {
  /** Serves catalogs and items. */
  readonly url: string;
  /** Serves events and dead letters: equal to `url` unless the services are apart. */
  readonly rankingUrl: string;
  /** Serves trainings: likewise. */
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
  } = readConfig(clientVariables, environment);
  return { url, rankingUrl, trainerUrl, apiKey };
}
