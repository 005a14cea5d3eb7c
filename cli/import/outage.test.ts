import { expect, test } from 'vitest';
import { UnavailableError } from '../unavailable-error.ts';
import { throughOutage } from './outage.ts';

function failing(times: number, retryAfterMs = 0): () => Promise<string> {
  let left = times;
  return async () => {
    if (left-- > 0) throw new UnavailableError(`failure ${left}`, { hasAnswered: true, retryAfterMs });
    return 'done';
  };
}

test('tries again until it succeeds and tells the first failure only', async () => {
  const told: string[] = [];
  const onOutage = (error: UnavailableError): void => void told.push(error.message);
  expect(await throughOutage(failing(2), { giveUpAfterMs: 5_000, onOutage })).toBe('done');
  expect(told).toEqual(['failure 1']);
});

test('waits at least as long as the server asks', async () => {
  const startMs = performance.now();
  await throughOutage(failing(1, 700), { giveUpAfterMs: 5_000, onOutage: () => {} });
  expect(performance.now() - startMs).toBeGreaterThan(690);
});

test('gives up when time is up, even where the server asks for more', async () => {
  const startMs = performance.now();
  const onOutage = (): void => {};
  await expect(throughOutage(failing(1_000, 60_000), { giveUpAfterMs: 400, onOutage })).rejects.toThrow(
    UnavailableError,
  );
  expect(performance.now() - startMs).toBeLessThan(5_000);
});

test('does not try again what will not pass', async () => {
  let attempts = 0;
  const attempt = async (): Promise<void> => {
    attempts++;
    throw new Error('refused');
  };
  await expect(throughOutage(attempt, { giveUpAfterMs: 5_000, onOutage: () => {} })).rejects.toThrow('refused');
  expect(attempts).toBe(1);
});
