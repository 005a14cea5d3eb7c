import { resolve } from 'node:path';
import { z } from 'zod';

/** Environment variables of this process, for those that read a configuration or start another process with it. */
export const ENVIRONMENT: Readonly<Record<string, string | undefined>> = process.env;

/** A reason that a program cannot start. Its message is for the person who started it and needs no stack. */
export class StartError extends Error {}

/** Every mistake of a configuration that cannot be used. Programs end with exit code 78 (EX_CONFIG). */
export class ConfigError extends StartError {
  constructor(mistakes: readonly string[]) {
    super(`the configuration cannot be used:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

declare module 'zod' {
  /** Notes for `docs/CONFIGURATION.md`, beside the `description`: a meaning without a full stop at the end. */
  interface GlobalMeta {
    /** Accepted values, where the schema does not list them. */
    range?: string;
    /** The default in words, where the value depends on the machine or the working folder. */
    shownDefault?: string;
    /** True for variables that tools set, which are not documented. */
    isSetByTools?: boolean;
  }
}

/**
 * Reads environment variables by a schema; an empty one counts as not set.
 * @throws {ConfigError} with every mistake at once.
 */
export function readConfig<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}

/** A TCP port; 0 takes a free one. */
export const portSchema = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port, 0 to 65535')
  .transform(Number)
  .refine((port) => port <= 65_535, 'must be a port, 0 to 65535')
  .meta({ range: '0 to 65535' });

/** A whole number from 1 to 9999. */
export const countSchema = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, 'must be a number, 1 to 9999')
  .transform(Number)
  .meta({ range: '1 to 9999' });

/** A level of pino's. */
export const logLevelSchema = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
  error: 'must be one of trace, debug, info, warn, error, fatal, silent',
});

/** Names separated by commas. */
export const namesSchema = z
  .string({ error: 'must be set' })
  .transform((text) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  )
  .meta({ range: 'names, separated by commas' });

/** Absolute path of a folder that is given relative to the working folder. */
export const folderSchema = z
  .string()
  .transform((path) => resolve(path))
  .meta({ range: 'a path' });

/** Address of a PostgreSQL database. */
export const databaseUrlSchema = z
  .string({ error: 'must be set, such as postgres://user:password@host:5432/kindred' })
  .regex(/^postgres(ql)?:\/\/./, 'must start with postgres:// or postgresql://')
  .meta({
    description: 'PostgreSQL database; all services use the same one',
    range: '`postgres://user:password@host:5432/name`',
  });

/** Addresses of a service's replicas, separated by commas. */
export const urlsSchema = namesSchema
  .pipe(
    z
      .array(z.url({ protocol: /^https?$/, error: 'must be http:// or https:// addresses, separated by commas' }))
      .min(1, 'must name at least one address'),
  )
  .meta({ range: 'http or https addresses, separated by commas' });
