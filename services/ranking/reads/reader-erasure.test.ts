import type { CatalogId } from '@kindred/shared/id';
import { createLog } from '@kindred/shared/platform/log';
import { expect, test } from 'vitest';
import { MemoryEventStore } from '../adapters/memory-event-store.ts';
import { eventOf, itemOf, SAVE, userOf } from '../events/event-draws.fixture.ts';
import { userHash } from '../user-hash.ts';
import type { HistorySource } from './history-source.ts';
import { Reader } from './reader.ts';

const FILMS = 'films' as CatalogId;
const ANA = userOf(0);
const ENDS = new Map([[0, 100]]);
class Away extends Error {}

/** A reader of one user's history, whose store can be taken away. */
async function readerUnderTest() {
  const store = new MemoryEventStore();
  await store.apply('log', [eventOf(FILMS, SAVE, 0)], new Map([[0, 1]]));
  let isAway = false;
  let held = Promise.resolve();
  const from = async <T>(read: Promise<T>): Promise<T> => {
    if (isAway) throw new Away('the store is unavailable');
    const answer = await read;
    await held;
    return answer;
  };
  const histories: HistorySource = {
    history: (...asked) => from(store.history(...asked)),
    seen: (...asked) => from(store.seen(...asked)),
    latest: (...asked) => from(store.latest(...asked)),
  };
  const reader = new Reader({
    histories,
    items: { view: async () => ({ rows: async () => new Map() }), kept: () => new Map(), page: async () => [] },
    embeddings: { vectors: async () => new Map(), kept: () => new Map() },
    isAway: (error) => error instanceof Away,
    log: createLog('test', 'silent'),
  });
  const read = async (): Promise<readonly string[]> =>
    (await reader.begin(FILMS).history(ANA, false)).map(({ item }) => item);
  const seen = async (): Promise<readonly string[]> =>
    (await reader.begin(FILMS).seen(ANA, [itemOf(0)])).map(({ item }) => item);
  return {
    store,
    reader,
    read,
    seen,
    takeAway: () => {
      isAway = true;
    },
    /** Keeps answers back until it is called again. */
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
  };
}

test('goes on from what it read last while the store is unavailable', async () => {
  const { read, seen, takeAway } = await readerUnderTest();
  expect(await read()).toEqual([itemOf(0)]);
  takeAway();
  expect(await read()).toEqual([itemOf(0)]);
  expect(await seen()).toEqual([itemOf(0)]);
});

test('an empty history replaces a kept one', async () => {
  const { store, read, seen, takeAway } = await readerUnderTest();
  await read();
  await store.erase(FILMS, ANA, 'log', ENDS);
  expect(await read()).toEqual([]);
  takeAway();
  expect(await read()).toEqual([]);
  expect(await seen()).toEqual([]);
});

test('forgets one user, or all', async () => {
  for (const forget of ['forget', 'forgetAll'] as const) {
    const { reader, read, takeAway } = await readerUnderTest();
    await read();
    reader.forget(FILMS, userHash('another'));
    reader.forget('books' as CatalogId, userHash(ANA));
    if (forget === 'forget') reader.forget(FILMS, userHash(ANA));
    else reader.forgetAll();
    takeAway();
    expect(await read()).toEqual([]);
  }
});

test('keeps nothing that was being read when its user was forgotten', async () => {
  for (const forget of ['forget', 'forgetAll'] as const) {
    const { store, reader, read, takeAway, hold } = await readerUnderTest();
    const release = hold();
    const reading = read();
    await store.erase(FILMS, ANA, 'log', ENDS);
    if (forget === 'forget') reader.forget(FILMS, userHash(ANA));
    else reader.forgetAll();
    release();
    expect(await reading).toEqual([itemOf(0)]);
    takeAway();
    expect(await read()).toEqual([]);
  }
});
