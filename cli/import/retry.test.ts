import { expect, test } from 'vitest';
import { AwayError } from '../kindred-client.ts';
import { retried } from './retry.ts';

function failing(times: number, retryAfterMs = 0): () => Promise<string> {
  let left = times;
  return async () => {
    if (left-- > 0) throw new AwayError(`failure ${left}`, { hasAnswered: true, retryAfterMs });
    return 'done';
  };
}

test('tries again until it succeeds and tells the first failure only', async () => {
  const told: string[] = [];
  const onAway = (error: AwayError): void => void told.push(error.message);
  expect(await retried(failing(2), { giveUpAfterMs: 5_000, onAway })).toBe('done');
  expect(told).toEqual(['failure 1']);
});

test('waits at least as long as the server asks', async () => {
  const startMs = performance.now();
  await retried(failing(1, 700), { giveUpAfterMs: 5_000, onAway: () => {} });
  expect(performance.now() - startMs).toBeGreaterThan(690);
});

test('gives up when time is up, even where the server asks for more', async () => {
  const startMs = performance.now();
  const onAway = (): void => {};
  await expect(retried(failing(1_000, 60_000), { giveUpAfterMs: 400, onAway })).rejects.toThrow(AwayError);
  expect(performance.now() - startMs).toBeLessThan(5_000);
});

test('does not try again what will not pass', async () => {
  let attempts = 0;
  const attempt = async (): Promise<void> => {
    attempts++;
    throw new Error('refused');
  };
  await expect(retried(attempt, { giveUpAfterMs: 5_000, onAway: () => {} })).rejects.toThrow('refused');
  expect(attempts).toBe(1);
});
