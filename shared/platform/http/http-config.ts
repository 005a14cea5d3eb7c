import { z } from 'zod';
import { logLevelSchema, namesSchema, portSchema } from '../config.ts';

/** Address, key and names of a service's HTTP server. */
export interface HttpConfig {
  readonly port: number;
  readonly host: string;
  /** The bearer key that requests need; `undefined` on loopback. */
  readonly apiKey: string | undefined;
  /** Host names that it answers for, besides those of loopback. */
  readonly hosts: readonly string[];
  readonly logLevel: string;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** The environment variables that every service reads. @param port  Default of `PORT`. */
export function httpVariables(port: number) {
  return {
    PORT: portSchema.default(port),
    HOST: z.string().default('127.0.0.1'),
    KINDRED_API_KEY: z.string().min(16, 'must have at least 16 characters').optional(),
    KINDRED_HOSTS: namesSchema.default([]),
    LOG_LEVEL: logLevelSchema.default('warn'),
  };
}

interface HttpVariables {
  readonly PORT: number;
  readonly HOST: string;
  readonly KINDRED_API_KEY?: string | undefined;
  readonly KINDRED_HOSTS: readonly string[];
  readonly LOG_LEVEL: string;
}

/** Demands a key of a server that other machines can reach. */
export function requireKey({ HOST, KINDRED_API_KEY }: HttpVariables, context: z.core.$RefinementCtx): void {
  if (LOOPBACK.has(HOST) || KINDRED_API_KEY !== undefined) return;
  context.addIssue({
    code: 'custom',
    path: ['HOST'],
    message: `is ${HOST}: a server that others can reach needs KINDRED_API_KEY, a key of your own of at least 16 characters`,
  });
}

export function httpConfigOf(read: HttpVariables): HttpConfig {
  return {
    port: read.PORT,
    host: read.HOST,
    apiKey: read.KINDRED_API_KEY,
    hosts: [...read.KINDRED_HOSTS, ...(LOOPBACK.has(read.HOST) ? [] : [read.HOST])],
    logLevel: read.LOG_LEVEL,
  };
}
