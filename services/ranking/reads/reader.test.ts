import { type EventId, type ItemId, MAIN_CATALOG, type SpaceId, type UserId } from '@kindred/shared/id';
import { createLog } from '@kindred/shared/platform/log';
import { expect, test } from 'vitest';
import { MemoryEmbeddingSource } from './memory-embedding-source.ts';
import { MemoryHistorySource } from './memory-history-source.ts';
import { MemoryItemReader } from './memory-item-reader.ts';
import { Reader, type Reads } from './reader.ts';
import { ALL_QUESTIONS, StoreProbe, type StoreQuestion, StoreUnavailable } from './store-probe.fixture.ts';

const USER = 'user' as UserId;
const SPACE = 'space' as SpaceId;
const SAVED = 'saved' as ItemId;
const HIDDEN = 'hidden' as ItemId;
const SEEN = 'seen' as ItemId;
const NEW = 'new' as ItemId;
const ITEMS = [SAVED, HIDDEN, SEEN, NEW];
const VECTOR = Float32Array.of(1, 0);
const WANTED = [{ item: SAVED, change: 1 }];

function stores() {
  const histories = new MemoryHistorySource();
  const items = new MemoryItemReader();
  const embeddings = new MemoryEmbeddingSource();
  for (const [place, item] of ITEMS.entries()) {
    items.put(MAIN_CATALOG, { item, change: place + 1, fields: { title: item }, createdAtMs: place });
  }
  items.embed(MAIN_CATALOG, SPACE, SAVED, 1);
  embeddings.put(MAIN_CATALOG, SPACE, SAVED, { change: 1, vector: VECTOR });
  const add = (item: ItemId, type: 'save' | 'hide' | 'impression', atMs: number): void =>
    histories.add(MAIN_CATALOG, USER, {
      id: `${item} ${type}` as EventId,
      item,
      type,
      value: 1,
      atMs,
      isRetracted: false,
    });
  add(SAVED, 'save', 3);
  add(HIDDEN, 'hide', 2);
  add(SEEN, 'impression', 1);
  const probe = new StoreProbe({ histories, items, embeddings });
  const clock = { nowMs: 0 };
  const reader = new Reader({
    histories: probe.histories,
    items: probe.items,
    embeddings: probe.embeddings,
    isAway: (error) => error instanceof StoreUnavailable,
    log: createLog('test', 'silent'),
    now: () => clock.nowMs,
  });
  return { histories, items, probe, clock, reader, begin: () => reader.begin(MAIN_CATALOG) };
}

/** Everything that a request may read. */
async function readAll(reads: Reads) {
  const history = await reads.history(USER, false);
  const [rows, seen, vectors, page] = await Promise.all([
    reads.rows(SPACE, ITEMS),
    reads.seen(USER, ITEMS),
    reads.vectors(SPACE, WANTED),
    reads.page(undefined, 10),
  ]);
  return { history, rows, seen, vectors, page };
}

const EVERYTHING = {
  history: [
    { item: SAVED, type: 'save', value: 1, atMs: 3 },
    { item: HIDDEN, type: 'hide', value: 1, atMs: 2 },
  ],
  seen: [
    { item: HIDDEN, isHidden: true },
    { item: SAVED, isHidden: false },
    { item: SEEN, isHidden: false },
  ],
  vectors: new Map([[SAVED, VECTOR]]),
};

test('reads what the stores hold, with nothing missing, and one view for all reads of a request', async () => {
  const { probe, begin } = stores();
  const reads = begin();
  const { page, rows, ...rest } = await readAll(reads);
  expect(rest).toEqual(EVERYTHING);
  expect([...rows.keys()]).toEqual(ITEMS);
  expect(page.map(({ item }) => item)).toEqual(ITEMS.toReversed());
  expect(reads.missing).toEqual([]);
  await reads.rows(undefined, [NEW]);
  expect(probe.count('view')).toBe(1);
});

test('impressions are read where they count', async () => {
  const { begin } = stores();
  expect((await begin().history(USER, true)).map(({ item }) => item)).toEqual([SAVED, HIDDEN, SEEN]);
});

test.each(['throws', 'hangs'] as const)('while the store %s, everything is as it was last read', async (failure) => {
  const { probe, begin, histories, items } = stores();
  await readAll(begin());
  items.remove(MAIN_CATALOG, SAVED);
  histories.erase(MAIN_CATALOG, USER);
  probe.fail(ALL_QUESTIONS, failure);
  const reads = begin();
  const { page, rows, seen, ...rest } = await readAll(reads);
  expect(rest).toEqual({ history: EVERYTHING.history, vectors: EVERYTHING.vectors });
  expect(seen).toEqual(expect.arrayContaining(EVERYTHING.seen));
  expect(seen).toHaveLength(EVERYTHING.seen.length);
  expect([...rows.keys()]).toEqual(ITEMS);
  expect(page).toEqual([]);
  expect([...reads.missing].sort()).toEqual(['embeddings', 'history', 'items', 'seen']);
});

test('a user who was never read has no history while the store is unavailable', async () => {
  const { probe, begin } = stores();
  await begin().history(USER, false);
  probe.fail(ALL_QUESTIONS);
  const reads = begin();
  expect(await reads.history('other' as UserId, false)).toEqual([]);
  expect(await reads.seen('other' as UserId, ITEMS)).toEqual([]);
});

test('while the store is unavailable, items read as seen stay seen and hidden items of the history stay hidden', async () => {
  const { probe, begin } = stores();
  const before = begin();
  await before.history(USER, false);
  await before.seen(USER, [SEEN, NEW]);
  probe.fail(ALL_QUESTIONS);
  expect(await begin().seen(USER, ITEMS)).toEqual([
    { item: SAVED, isHidden: false },
    { item: HIDDEN, isHidden: true },
    { item: SEEN, isHidden: false },
  ]);
});

test('a history that is empty now forgets the one that was read before', async () => {
  const { probe, begin, histories } = stores();
  await readAll(begin());
  histories.erase(MAIN_CATALOG, USER);
  await begin().history(USER, false);
  probe.fail(ALL_QUESTIONS);
  const reads = begin();
  expect(await reads.history(USER, false)).toEqual([]);
  expect(await reads.seen(USER, ITEMS)).toEqual([]);
});

test('a forgotten user is unknown while the store is unavailable', async () => {
  const { probe, begin, reader } = stores();
  await readAll(begin());
  reader.forget(MAIN_CATALOG, USER);
  probe.fail(ALL_QUESTIONS);
  expect(await begin().history(USER, false)).toEqual([]);
  expect(await begin().seen(USER, ITEMS)).toEqual([]);
});

test.each<{ question: StoreQuestion; missing: string }>([
  { question: 'history', missing: 'history' },
  { question: 'seen', missing: 'seen' },
  { question: 'view', missing: 'items' },
  { question: 'rows', missing: 'items' },
  { question: 'page', missing: 'items' },
  { question: 'vectors', missing: 'embeddings' },
])('a failed $question is named as missing $missing', async ({ question, missing }) => {
  const { probe, begin } = stores();
  probe.fail([question]);
  const reads = begin();
  await readAll(reads);
  expect(reads.missing).toContain(missing);
  if (question === 'vectors') expect(reads.missing).toEqual(['embeddings']);
});

test('one failure is made up for by a second attempt', async () => {
  const { probe, begin } = stores();
  probe.fail(ALL_QUESTIONS, 'throws', 1);
  const reads = begin();
  expect((await readAll(reads)).history).toEqual(EVERYTHING.history);
  expect(reads.missing).toEqual([]);
  expect(probe.count('view')).toBe(2);
});

test('requests after a failure do not ask the store until 250 ms have passed', async () => {
  const { probe, begin, clock } = stores();
  await readAll(begin());
  probe.fail(ALL_QUESTIONS);
  await readAll(begin());
  probe.fail([]);
  const before = probe.asked.length;
  const avoiding = begin();
  await readAll(avoiding);
  expect(probe.asked).toHaveLength(before);
  expect(avoiding.missing).toContain('history');
  clock.nowMs += 250;
  const asking = begin();
  await readAll(asking);
  expect(asking.missing).toEqual([]);
});

test('a mistake of ours is no outage: it is thrown where it is read, and nowhere else', async () => {
  const { probe } = stores();
  const reader = new Reader({
    histories: probe.histories,
    items: probe.items,
    embeddings: probe.embeddings,
    isAway: () => false,
    log: createLog('test', 'silent'),
  });
  probe.fail(ALL_QUESTIONS);
  // Its view fails too, which nobody waits for.
  await expect(reader.begin(MAIN_CATALOG).history(USER, false)).rejects.toThrow(StoreUnavailable);
  await expect(reader.begin(MAIN_CATALOG).rows(SPACE, ITEMS)).rejects.toThrow(StoreUnavailable);
});
