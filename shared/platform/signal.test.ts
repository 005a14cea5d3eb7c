import { expect, test } from 'vitest';
import { Signal } from './signal.ts';

const LONG_MS = 60_000;

test('wakes everyone who waits', async () => {
  const signal = new Signal();
  const waits = [signal.wait(LONG_MS), signal.wait(LONG_MS)];
  signal.notify();
  await expect(Promise.all(waits)).resolves.toHaveLength(2);
});

test('a notification that nobody waited for ends the next wait, and only that', async () => {
  const signal = new Signal();
  signal.notify();
  signal.notify();
  await signal.wait(LONG_MS);
  let isOver = false;
  const second = signal.wait(LONG_MS).then(() => {
    isOver = true;
  });
  await Promise.resolve();
  expect(isOver).toBe(false);
  signal.notify();
  await second;
});

test('a wait ends after its timeout', async () => {
  await expect(new Signal().wait(1)).resolves.toBeUndefined();
});
