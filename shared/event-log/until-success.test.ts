import { expect, test } from 'vitest';
import { untilSuccess } from './until-success.ts';

const PAUSES = { firstPauseMs: 1, pauseMaxMs: 4 };

/** Fails with each of the errors in turn, then succeeds. */
function failing(errors: readonly unknown[]): () => Promise<string> {
  const left = [...errors];
  return async () => {
    if (left.length > 0) throw left.shift();
    return 'done';
  };
}

test('repeats until success, and reports every failure, a TypeError too', async () => {
  const errors = [new Error('first'), new TypeError('second'), 'third', ...Array(12).fill(new Error('more'))];
  const reported: unknown[] = [];
  const { signal } = new AbortController();
  const onError = (error: unknown): void => void reported.push(error);
  expect(await untilSuccess(failing(errors), { ...PAUSES, signal, onError })).toBe('done');
  expect(reported).toEqual(errors);
});

test('an abort ends a pause, and nothing is reported after it', async () => {
  const aborting = new AbortController();
  const reported: unknown[] = [];
  const work = untilSuccess(failing(Array(9).fill(new Error('away'))), {
    firstPauseMs: 1_000_000,
    pauseMaxMs: 1_000_000,
    signal: aborting.signal,
    onError: (error) => {
      reported.push(error);
      setImmediate(() => aborting.abort());
    },
  });
  expect(await work).toBeUndefined();
  expect(reported).toHaveLength(1);
});

test('begins nothing under a signal that has aborted', async () => {
  let begun = 0;
  const work = async (): Promise<void> => void begun++;
  const signal = AbortSignal.abort();
  expect(await untilSuccess(work, { ...PAUSES, signal, onError: () => {} })).toBeUndefined();
  expect(begun).toBe(0);
});
