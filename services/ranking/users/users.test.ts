import { MemoryEventLog } from '@kindred/shared/event-log/memory/memory-event-log';
import type { CatalogId, UserId } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { memoryCatalogSource } from '../adapters/memory-catalog-source.ts';
import { memoryDeadLetters } from '../adapters/memory-dead-letters.ts';
import { MemoryEventStore } from '../adapters/memory-event-store.ts';
import type { DeadLetters } from '../events/dead-letters.ts';
import { eventOf, itemOf, SAVE, userOf } from '../events/event-draws.fixture.ts';
import { ReadYourWrites } from '../events/read-your-writes.ts';
import { KnownCatalogs } from '../known-catalogs.ts';
import { userHash } from '../user-hash.ts';
import { Users } from './users.ts';

const FILMS = 'films' as CatalogId;
const ANA = userOf(0);
const INTERESTS = [{ medoid: itemOf(0), importance: 1, items: [itemOf(0)] }];

/** The use case over adapters in memory. */
function usersOver(deadLetters: DeadLetters = memoryDeadLetters()) {
  const eventLog = new MemoryEventLog();
  const events = new MemoryEventStore();
  const forgotten: string[] = [];
  const users = new Users({
    catalogs: new KnownCatalogs(memoryCatalogSource([FILMS])),
    writes: new ReadYourWrites({ events, neighbors: { reached: async () => 0 }, timeoutMs: 20 }),
    recommender: { interests: async () => INTERESTS },
    history: events,
    events,
    eventLog,
    deadLetters,
    reader: { forget: (catalog, hash) => void forgotten.push(`${catalog} ${hash.toString('hex')}`) },
  });
  return { users, eventLog, events, deadLetters, forgotten };
}

const letterOf = (user: UserId, offset: number) => ({
  partition: 0,
  offset,
  appendedAtMs: 0,
  reason: 'why',
  value: Buffer.from('{'),
  headers: {},
  catalog: 'films',
  user,
});

test('shows a user’s interests and latest events', async () => {
  const { users, events } = usersOver();
  const event = { ...eventOf(FILMS, SAVE, 0), slate: 'slate-1', position: 2 };
  await events.apply('memory', [event], new Map([[0, 1]]));
  const view = await users.view(FILMS, ANA, undefined);
  expect(view.interests).toEqual(INTERESTS);
  expect(view.events).toMatchObject([{ id: event.id, item: event.item, slate: 'slate-1', position: 2 }]);
  expect((await users.view(FILMS, userOf(1), undefined)).events).toEqual([]);
});

test('refuses an unknown catalog and a token that is none', async () => {
  const { users } = usersOver();
  const nowhere = 'nowhere' as CatalogId;
  await expect(users.view(nowhere, ANA, undefined)).rejects.toMatchObject({ code: 'catalog-not-found' });
  await expect(users.erase(nowhere, ANA)).rejects.toMatchObject({ code: 'catalog-not-found' });
  await expect(users.view(FILMS, ANA, 'x')).rejects.toMatchObject({ code: 'invalid-token' });
});

test('erases events, messages, dead letters and memory of a user, and of no other', async () => {
  const { users, eventLog, events, deadLetters, forgotten } = usersOver();
  const own = eventOf(FILMS, SAVE, 0);
  const other = eventOf(FILMS, { ...SAVE, id: 2, user: 1 }, 1);
  await eventLog.append([own, other].map(({ user }) => ({ catalog: FILMS, user, value: Buffer.from('{}') })));
  await events.apply('memory', [own, other], new Map([[0, 2]]));
  await deadLetters.send('memory', [letterOf(ANA, 7), letterOf(userOf(1), 8)]);

  expect(await users.erase(FILMS, ANA)).toBe(1);
  expect(await users.erase(FILMS, ANA)).toBe(0);
  expect(await events.latest(FILMS, ANA, 10)).toEqual([]);
  expect(await events.latest(FILMS, userOf(1), 10)).toHaveLength(1);
  expect((await deadLetters.list('memory')).map(({ user }) => user)).toEqual([userOf(1)]);
  expect(forgotten[0]).toBe(`films ${userHash(ANA).toString('hex')}`);
  // Its messages below the end of the log are dropped from now on.
  expect(await events.areErased('memory', [letterOf(ANA, 1), letterOf(ANA, 2)])).toEqual([true, false]);
});

test('an erasure that a store refuses says so, and works when it is repeated', async () => {
  const letters = memoryDeadLetters();
  let isAway = true;
  const { users, deadLetters } = usersOver({
    ...letters,
    erase: (...user) => (isAway ? Promise.reject(new Error('the brokers are unavailable')) : letters.erase(...user)),
  });
  await deadLetters.send('memory', [letterOf(ANA, 1)]);
  await expect(users.erase(FILMS, ANA)).rejects.toMatchObject({ code: 'unavailable' });
  isAway = false;
  await users.erase(FILMS, ANA);
  expect(await deadLetters.list('memory')).toEqual([]);
});
