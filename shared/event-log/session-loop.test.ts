import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SessionLoop } from './session-loop.ts';

/** A loop whose sessions end as said, one after the other; the one after the last waits for the stop. */
function loopOf(ends: readonly (Error | 'end')[], pauseMs = 1) {
  const errors: unknown[] = [];
  const state = { begun: 0, isOver: false };
  const loop = new SessionLoop({
    runSession: async () => {
      const end = ends[state.begun++];
      if (end instanceof Error) throw end;
      if (end === 'end') return;
      if (!loop.signal.aborted) await once(loop.signal, 'abort');
      await setImmediate();
      state.isOver = true;
    },
    firstPauseMs: pauseMs,
    pauseMaxMs: pauseMs,
    onError: (error) => void errors.push(error),
  });
  return { loop, errors, state };
}

test('follows each session by the next, whether it ended or failed, and reports the failures', async () => {
  const failures = [new Error('first'), new TypeError('second')];
  const { loop, errors, state } = loopOf(['end', failures[0]!, failures[1]!, 'end']);
  loop.start();
  await expect.poll(() => state.begun).toBe(5);
  expect(errors).toEqual(failures);
  expect(loop.isRunning).toBe(true);
  await loop.stop();
  expect([state.begun, loop.isRunning]).toEqual([5, false]);
});

test('a stop waits for the session at hand', async () => {
  const { loop, state } = loopOf([]);
  loop.start();
  await loop.stop();
  expect(state).toEqual({ begun: 1, isOver: true });
});

test('a stop ends a pause, and no session follows', async () => {
  const { loop, errors, state } = loopOf([new Error('unavailable')], 1_000_000);
  loop.start();
  await expect.poll(() => errors).toHaveLength(1);
  await loop.stop();
  expect([state.begun, loop.isRunning]).toEqual([1, false]);
});
