import { expect, test } from 'vitest';
import { unreadyParts } from './readiness.ts';

test.each([
  [true, true, []],
  [false, true, ['database']],
  [true, false, ['event-log']],
  [false, false, ['database', 'event-log']],
])(
  'with a database that answered: %s, and a consumer that runs: %s, it lacks %j',
  (isFollowing, isRunning, lacking) => {
    expect(unreadyParts({ erasures: { isFollowing }, consumer: { isRunning } })).toEqual(lacking);
  },
);
