import { createLog } from '@kindred/shared/platform/log';
import { expect, test } from 'vitest';
import { StoreGuard } from './store-guard.ts';
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

test('a broken connection gets one more attempt, and the answer is complete', async () => {
  const attempt = guardAt({ nowMs: 0 }).begin();
  const once = store(1);
  expect(
    await attempt.of(
      'items',
      () => once.ask(),
      () => 'last',
    ),
  ).toBe('stored');
  expect(once.asked).toBe(2);
  expect(attempt.missing).toEqual([]);
});

test('two failures in a row are answered from the last reads, and the request asks the store no more', async () => {
  const attempt = guardAt({ nowMs: 0 }).begin();
  const twice = store(2);
  expect(
    await attempt.of(
      'items',
      () => twice.ask(),
      () => 'last',
    ),
  ).toBe('last');
  expect(
    await attempt.of(
      'history',
      () => twice.ask(),
      () => 'last, too',
    ),
  ).toBe('last, too');
  expect(
    await attempt.of(
      'items',
      () => twice.ask(),
      () => 'last',
    ),
  ).toBe('last');
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
  expect(
    await guardAt(clock)
      .begin()
      .of('items', ask, () => 'last'),
  ).toBe('last');
  expect(slow.asked).toBe(1);
});

test('requests leave an unavailable store alone for 250 ms, then ask it again', async () => {
  const clock = { nowMs: 1_000 };
  const guard = guardAt(clock);
  const twice = store(2);
  await guard.begin().of(
    'items',
    () => twice.ask(),
    () => 'last',
  );
  clock.nowMs += 249;
  const avoiding = guard.begin();
  expect(
    await avoiding.of(
      'items',
      () => twice.ask(),
      () => 'last',
    ),
  ).toBe('last');
  expect(avoiding.missing).toEqual(['items']);
  expect(twice.asked).toBe(2);
  clock.nowMs += 1;
  const asking = guard.begin();
  expect(
    await asking.of(
      'items',
      () => twice.ask(),
      () => 'last',
    ),
  ).toBe('stored');
  expect(asking.missing).toEqual([]);
});

test('a request that began before the store failed still asks it, because it may be back', async () => {
  const guard = guardAt({ nowMs: 0 });
  const early = guard.begin();
  const twice = store(2);
  await guard.begin().of(
    'items',
    () => twice.ask(),
    () => 'last',
  );
  expect(
    await early.of(
      'items',
      () => twice.ask(),
      () => 'last',
    ),
  ).toBe('stored');
});

test('an error of an available store is thrown, and stops nobody', async () => {
  const guard = guardAt({ nowMs: 0 });
  const broken = store(1, new TypeError('a mistake of ours'));
  const attempt = guard.begin();
  await expect(
    attempt.of(
      'items',
      () => broken.ask(),
      () => 'last',
    ),
  ).rejects.toThrow('a mistake of ours');
  expect(broken.asked).toBe(1);
  expect(
    await attempt.of(
      'items',
      () => broken.ask(),
      () => 'last',
    ),
  ).toBe('stored');
  expect(attempt.missing).toEqual([]);
});

test('a store that does not answer counts as unavailable, for this request and the next', async () => {
  const guard = guardAt({ nowMs: 0 });
  const attempt = guard.begin();
  expect(
    await attempt.of(
      'items',
      () => new Promise<string>(() => {}),
      () => 'last',
    ),
  ).toBe('last');
  expect(attempt.missing).toEqual(['items']);
  const next = store(0);
  expect(
    await guard.begin().of(
      'items',
      () => next.ask(),
      () => 'last',
    ),
  ).toBe('last');
  expect(next.asked).toBe(0);
});
