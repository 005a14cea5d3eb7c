import { z } from 'zod';
import { logLevelSchema, namesSchema, portSchema } from '../config.ts';

/** The address that a service listens on, and the clients that it answers. */
export interface HttpConfig {
  readonly port: number;
  readonly host: string;
  /** Bearer key that requests must carry; `undefined` on loopback. */
  readonly apiKey: string | undefined;
  /** Host names, besides loopback's, that requests may be addressed to. */
  readonly hosts: readonly string[];
  readonly logLevel: string;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * The variables that every service reads.
 * @param port  The default of `PORT`.
 */
export function httpVariables(port: number) {
  return {
    PORT: portSchema.default(port).meta({ description: 'Port that it listens on; 0 takes a free one' }),
    HOST: z.string().default('127.0.0.1').meta({
      description: 'Address that it listens on. One that other machines can reach needs `KINDRED_API_KEY`',
      range: 'an address or a host name',
    }),
    KINDRED_API_KEY: z.string().min(16, 'must have at least 16 characters').optional().meta({
      description:
        'Key that requests must carry as `Authorization: Bearer …`, except for `/livez`, `/readyz` and `/metrics`. The services send it to each other: give all of them the same',
      range: 'at least 16 characters',
    }),
    KINDRED_HOSTS: namesSchema.default([]).meta({
      description: 'Host names, besides loopback, that requests may be addressed to',
    }),
    LOG_LEVEL: logLevelSchema.default('warn').meta({
      description: 'Least severe level that is logged. Logs go to standard error as JSON',
    }),
  };
}

interface HttpVariables {
  readonly PORT: number;
  readonly HOST: string;
  readonly KINDRED_API_KEY?: string | undefined;
  readonly KINDRED_HOSTS: readonly string[];
  readonly LOG_LEVEL: string;
}

/** Demands a key of a service that other machines can reach. */
export function requireKey({ HOST, KINDRED_API_KEY }: HttpVariables, context: z.core.$RefinementCtx): void {
  if (LOOPBACK.has(HOST) || KINDRED_API_KEY !== undefined) return;
  context.addIssue({
    code: 'custom',
    path: ['HOST'],
    message: `is ${HOST}: a server that others can reach needs KINDRED_API_KEY, a key of your own of at least 16 characters`,
  });
}

/** Shapes what was read; `HOST` is among the hosts unless it is loopback. */
export function httpConfigOf(read: HttpVariables): HttpConfig {
  return {
    port: read.PORT,
    host: read.HOST,
    apiKey: read.KINDRED_API_KEY,
    hosts: [...read.KINDRED_HOSTS, ...(LOOPBACK.has(read.HOST) ? [] : [read.HOST])],
    logLevel: read.LOG_LEVEL,
  };
}
