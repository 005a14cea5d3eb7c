import { expect, test } from 'vitest';
import { isSnapshotDue, isSnapshotWorthwhile } from './snapshot-policy.ts';

const policy = { changesMin: 100, intervalMs: 1_000 };
const idle = { unsaved: 0, isRebuilt: false, isSaving: false, unindexed: 0 };

test.each([
  ['nothing has changed', idle, 9_000, false],
  ['enough has changed', { ...idle, unsaved: 100 }, 1_000, true],
  ['enough has changed, a moment after the last attempt', { ...idle, unsaved: 100 }, 999, false],
  ['too little has changed', { ...idle, unsaved: 99 }, 9_000, false],
  ['one is being written', { ...idle, unsaved: 100, isSaving: true }, 9_000, false],
  ['a rebuild is done', { ...idle, isRebuilt: true }, 1_000, true],
  ['a rebuild is not done', { ...idle, isRebuilt: true, unindexed: 1 }, 9_000, false],
])('when %s', (_, status, sinceMs, due) => {
  expect(isSnapshotDue(status, policy, sinceMs)).toBe(due);
});

test('at the end any change is worth a snapshot', () => {
  expect(isSnapshotWorthwhile(idle)).toBe(false);
  expect(isSnapshotWorthwhile({ ...idle, unsaved: 1 })).toBe(true);
  expect(isSnapshotWorthwhile({ ...idle, isRebuilt: true })).toBe(true);
});
