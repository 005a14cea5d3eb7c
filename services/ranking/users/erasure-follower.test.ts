import { until } from '@kindred/shared/event-log/event-log.fixture';
import type { CatalogId, UserId } from '@kindred/shared/id';
import { createLog } from '@kindred/shared/platform/log';
import { afterEach, expect, test } from 'vitest';
import { MemoryEventStore } from '../adapters/memory-event-store.ts';
import { userHash } from '../user-hash.ts';
import { ErasureFollower } from './erasure-follower.ts';
import type { ErasureSource } from './erasure-source.ts';

const FILMS = 'films' as CatalogId;
const ENDS = new Map([[0, 1]]);

let follower: ErasureFollower | undefined;
afterEach(() => follower?.stop());

/** A follower that records the users to forget. */
function following(erasures: ErasureSource) {
  const forgotten: string[] = [];
  follower = ErasureFollower.start({
    erasures,
    forget: ({ catalog, hash }) => void forgotten.push(`${catalog} ${hash.toString('hex')}`),
    forgetAll: () => void forgotten.push('all'),
    log: createLog('test', 'silent'),
    pollMs: 5,
  });
  return { forgotten, follower };
}

const erased = (user: string): string => `films ${userHash(user).toString('hex')}`;

test('forgets all users when it begins to follow, and from then on the erased ones', async () => {
  const store = new MemoryEventStore();
  await store.erase(FILMS, 'before' as UserId, 'log', ENDS);
  const { forgotten, follower } = following(store);
  await until(() => follower.isFollowing);
  expect(forgotten).toEqual(['all']);
  await store.erase(FILMS, 'ana' as UserId, 'log', ENDS);
  await store.erase(FILMS, 'bo' as UserId, 'log', ENDS);
  await until(() => forgotten.length === 3);
  expect(forgotten).toEqual(['all', erased('ana'), erased('bo')]);
});

test('is not following before the database has answered, and catches up after an outage', async () => {
  const store = new MemoryEventStore();
  let isAway = true;
  let asked = 0;
  const { forgotten, follower } = following({
    since: async (place) => {
      asked++;
      if (isAway) throw new Error('the database is unavailable');
      return store.since(place);
    },
  });
  await until(() => asked > 2);
  expect(follower.isFollowing).toBe(false);
  isAway = false;
  await until(() => follower.isFollowing);
  isAway = true;
  await store.erase(FILMS, 'ana' as UserId, 'log', ENDS);
  const before = asked;
  await until(() => asked > before + 2);
  expect(follower.isFollowing).toBe(true);
  isAway = false;
  await until(() => forgotten.length === 2);
  expect(forgotten).toEqual(['all', erased('ana')]);
});

test('forgets a user once for each erasure, however often the source repeats it', async () => {
  const store = new MemoryEventStore();
  let asked = 0;
  // As while a transaction from before the erasures is running: the place stays where it is.
  const { forgotten } = following({
    since: async (place) => {
      asked++;
      return place === undefined ? { users: [], place: '0' } : { ...(await store.since('0')), place: '0' };
    },
  });
  await store.erase(FILMS, 'ana' as UserId, 'log', ENDS);
  await until(() => forgotten.length === 2);
  const before = asked;
  await until(() => asked > before + 3);
  await store.erase(FILMS, 'bo' as UserId, 'log', ENDS);
  await store.erase(FILMS, 'ana' as UserId, 'log', ENDS);
  await until(() => forgotten.length === 4);
  expect(forgotten).toEqual(['all', erased('ana'), erased('bo'), erased('ana')]);
});

test('asks no more once it is stopped', async () => {
  const store = new MemoryEventStore();
  let asked = 0;
  const { follower } = following({
    since: (place) => {
      asked++;
      return store.since(place);
    },
  });
  await until(() => asked > 1);
  follower.stop();
  const last = asked;
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(asked).toBe(last);
});
