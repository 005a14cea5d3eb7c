import { resolve } from 'node:path';
import { z } from 'zod';

/** Ends a start with a message that the person who started the program can act on without a stack. */
export class StartError extends Error {}

/** Lists every mistake of a configuration at once. Programs end with exit code 78 (EX_CONFIG). */
export class ConfigError extends StartError {
  constructor(mistakes: readonly string[]) {
    super(`the configuration cannot be used:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads environment variables by a schema; an empty variable counts as not set.
 * @throws {ConfigError}
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

/** A TCP port; 0 for any free one. */
export const portSchema = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port, 0 to 65535')
  .transform(Number)
  .refine((port) => port <= 65_535, 'must be a port, 0 to 65535');

/** A number of things of which there is at least one: threads, replicas. */
export const countSchema = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, 'must be a number, 1 to 9999')
  .transform(Number);

/** The levels of pino. */
export const logLevelSchema = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
  error: 'must be one of trace, debug, info, warn, error, fatal, silent',
});

/** Names separated by commas. */
export const namesSchema = z.string({ error: 'must be set' }).transform((text) =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean),
);

/** A folder, read as its absolute path. */
export const folderSchema = z.string().transform((path) => resolve(path));

/** The address of a PostgreSQL database. */
export const databaseUrlSchema = z
  .string({ error: 'must be set, for example postgres://user:password@host:5432/kindred' })
  .regex(/^postgres(ql)?:\/\/./, 'must start with postgres:// or postgresql://');

/** Addresses of a service's replicas, separated by commas. */
export const urlsSchema = namesSchema.pipe(
  z
    .array(z.url({ protocol: /^https?$/, error: 'must be http:// or https:// addresses, separated by commas' }))
    .min(1, 'must name at least one address'),
);
