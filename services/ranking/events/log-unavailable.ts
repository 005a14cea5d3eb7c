import { Problem } from '@kindred/shared/problem';

/** Rethrows a failure of the event log as a problem that a caller can act on. */
export function logUnavailable(cause: unknown): never {
  throw cause instanceof Problem ? cause : new Problem('unavailable', 'the event log is unavailable', { cause });
}
