import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition holds; one that throws does not hold. @throws after `timeoutMs`. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  timeoutMs = 60_000,
  pollMs = 100,
): Promise<void> {
  let last: unknown;
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(pollMs)) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: last });
}
