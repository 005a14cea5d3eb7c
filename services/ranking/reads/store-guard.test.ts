import { createLog } from '@kindred/shared/platform/log';
import { expect, test } from 'vitest';
import { type Attempt, StoreGuard } from './store-guard.ts';
import { StoreUnavailable } from './store-probe.fixture.ts';

const log = createLog('test', 'silent');
const isAway = (error: unknown): boolean => error instanceof StoreUnavailable;

function guardAt(clock: { nowMs: number }): StoreGuard {
  return new StoreGuard({ isAway, log, now: () => clock.nowMs });
}

/** Fails as often as said, then answers; counts how often it was asked. */
function store(failures: number, error: Error = new StoreUnavailable()): { asked: number; ask(): Promise<string> } {
  return {
    asked: 0,
    async ask() {
      if (this.asked++ < failures) throw error;
      return 'stored';
    },
  };
}

/** Reads from the store, or else `last`. */
function read(attempt: Attempt, from: { ask(): Promise<string> }, name = 'items'): Promise<string> {
  return attempt.of(
    name,
    () => from.ask(),
    () => 'last',
  );
}

test('a broken connection gets one more attempt, and the answer is complete', async () => {
  const attempt = guardAt({ nowMs: 0 }).begin();
  const once = store(1);
  expect(await read(attempt, once)).toBe('stored');
  expect(once.asked).toBe(2);
  expect(attempt.missing).toEqual([]);
});

test('two failures in a row are answered from the last reads, and the request asks the store no more', async () => {
  const attempt = guardAt({ nowMs: 0 }).begin();
  const twice = store(2);
  expect(await read(attempt, twice)).toBe('last');
  expect(await read(attempt, twice, 'history')).toBe('last');
  expect(await read(attempt, twice)).toBe('last');
  expect(twice.asked).toBe(2);
  expect(attempt.missing).toEqual(['items', 'history']);
});

test('a connection that took long to break gets no second attempt', async () => {
  const clock = { nowMs: 0 };
  const slow = store(1);
  const ask = async (): Promise<string> => {
    clock.nowMs += 251;
    return slow.ask();
  };
  expect(await read(guardAt(clock).begin(), { ask })).toBe('last');
  expect(slow.asked).toBe(1);
});

test('requests leave an unavailable store alone for 250 ms, then ask it again', async () => {
  const clock = { nowMs: 1_000 };
  const guard = guardAt(clock);
  const twice = store(2);
  await read(guard.begin(), twice);
  clock.nowMs += 249;
  const avoiding = guard.begin();
  expect(await read(avoiding, twice)).toBe('last');
  expect(avoiding.missing).toEqual(['items']);
  expect(twice.asked).toBe(2);
  clock.nowMs += 1;
  const asking = guard.begin();
  expect(await read(asking, twice)).toBe('stored');
  expect(asking.missing).toEqual([]);
});

test('a request that began before the store failed still asks it, because it may be back', async () => {
  const guard = guardAt({ nowMs: 0 });
  const early = guard.begin();
  const twice = store(2);
  await read(guard.begin(), twice);
  expect(await read(early, twice)).toBe('stored');
});

test('an error of an available store is thrown, and stops nobody', async () => {
  const guard = guardAt({ nowMs: 0 });
  const broken = store(1, new TypeError('a mistake of ours'));
  const attempt = guard.begin();
  await expect(read(attempt, broken)).rejects.toThrow('a mistake of ours');
  expect(broken.asked).toBe(1);
  expect(await read(attempt, broken)).toBe('stored');
  expect(attempt.missing).toEqual([]);
});

test('a store that does not answer counts as unavailable, for this request and the next', async () => {
  const guard = guardAt({ nowMs: 0 });
  const attempt = guard.begin();
  expect(await read(attempt, { ask: () => new Promise(() => {}) })).toBe('last');
  expect(attempt.missing).toEqual(['items']);
  const next = store(0);
  expect(await read(guard.begin(), next)).toBe('last');
  expect(next.asked).toBe(0);
});
