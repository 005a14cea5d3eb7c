import { type Logger, pino } from 'pino';

/** A structured log: fields first, then a constant sentence. */
export type Log = Logger;

/**
 * Structured logs on standard error, so that standard output stays for what a person asked to see.
 * @param level  A pino level; `silent` for none.
 */
export function createLog(service: string, level: string): Log {
  return pino({ level, base: { service }, serializers: { err: told } }, pino.destination({ dest: 2, sync: false }));
}

/** Type, message and stack of an error, without its other fields: a database error carries its whole client. */
function told(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? { code: error.code } : {};
  return {
    type: error.name,
    message: error.message,
    ...code,
    stack: error.stack,
    ...(error.cause !== undefined && { cause: told(error.cause) }),
  };
}
