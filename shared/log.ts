import { type Logger, pino } from 'pino';

export type Log = Logger;

/**
 * Structured logs on standard error, so that standard output stays for what a person asked to see.
 * @param level  A pino level; `silent` for none.
 */
export function createLog(service: string, level: string): Log {
  return pino({ name: service, level, base: { service } }, pino.destination({ dest: 2, sync: false }));
}
