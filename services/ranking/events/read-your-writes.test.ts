import { encodeToken } from '@kindred/shared/api/write-token';
import { MAIN_CATALOG } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { MemoryEventStore } from '../adapters/memory-event-store.ts';
import { ReadYourWrites } from './read-your-writes.ts';

const NEVER = 60_000;
const neighbors = { reached: async (_catalog: string, change: number) => (change <= 10 ? change + 100 : undefined) };
const hangs = <T>(): Promise<T> => new Promise<never>(() => {});
const tokenOf = (offsets: Record<string, number>): string => encodeToken({ log: 'log', offsets });

test('without a token there is nothing to wait for', async () => {
  const writes = new ReadYourWrites({ events: { progress: hangs }, neighbors: { reached: hangs } });
  expect(await writes.reflected(MAIN_CATALOG, undefined)).toBeUndefined();
});

test('waits until every partition of the write has been applied', async () => {
  const events = new MemoryEventStore();
  const writes = new ReadYourWrites({ events, neighbors, timeoutMs: NEVER });
  let isReflected = false;
  const reflected = writes.reflected(MAIN_CATALOG, tokenOf({ 0: 4, 2: 7 })).then((position) => {
    isReflected = true;
    return position;
  });
  await events.apply('log', [], new Map([[0, 5]]));
  await events.apply('another log', [], new Map([[2, 8]]));
  // One past the last message, so 7 is not applied by 7.
  await events.apply('log', [], new Map([[2, 7]]));
  writes.notifyApplied();
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(isReflected).toBe(false);
  await events.apply('log', [], new Map([[2, 8]]));
  expect(await reflected).toEqual({ position: 0 });
});

test('a notification ends the wait sooner than the poll', async () => {
  let asked = 0;
  let isApplied = false;
  const progress = async (): Promise<ReadonlyMap<number, number>> => {
    asked++;
    return new Map([[0, isApplied ? 1 : 0]]);
  };
  const writes = new ReadYourWrites({ events: { progress }, neighbors, timeoutMs: NEVER });
  const reflected = writes.reflected(MAIN_CATALOG, tokenOf({ 0: 0 }));
  await new Promise((resolve) => setImmediate(resolve));
  isApplied = true;
  writes.notifyApplied();
  await reflected;
  expect(asked).toBe(2);
});

test('a write of items is reflected at the index position that holds it', async () => {
  const writes = new ReadYourWrites({ events: new MemoryEventStore(), neighbors });
  expect(await writes.reflected(MAIN_CATALOG, encodeToken({ change: 10 }))).toEqual({ position: 110 });
  const late = writes.reflected(MAIN_CATALOG, encodeToken({ change: 11 }));
  await expect(late).rejects.toMatchObject({ code: 'not-yet-applied' });
});

test.each([
  ['is behind', async () => new Map([[0, 1]])],
  ['never answers', hangs<ReadonlyMap<number, number>>],
])('gives up once the time is over if the store %s', async (_name, progress) => {
  const writes = new ReadYourWrites({ events: { progress }, neighbors, timeoutMs: 40 });
  await expect(writes.reflected(MAIN_CATALOG, tokenOf({ 0: 1 }))).rejects.toMatchObject({ code: 'not-yet-applied' });
});

test('gives up once the time is over if the index never answers', async () => {
  const events = new MemoryEventStore();
  const writes = new ReadYourWrites({ events, neighbors: { reached: hangs }, timeoutMs: 40 });
  const reflected = writes.reflected(MAIN_CATALOG, encodeToken({ change: 1 }));
  await expect(reflected).rejects.toMatchObject({ code: 'not-yet-applied' });
});

test('a failure of the store is passed on, and a text that is no token refused', async () => {
  const progress = async (): Promise<never> => {
    throw new Error('broken');
  };
  const writes = new ReadYourWrites({ events: { progress }, neighbors });
  await expect(writes.reflected(MAIN_CATALOG, tokenOf({ 0: 1 }))).rejects.toThrow('broken');
  for (const text of ['', 'x', Buffer.from('{"offsets":{"-1":0}}').toString('base64url')]) {
    await expect(writes.reflected(MAIN_CATALOG, text)).rejects.toMatchObject({ code: 'invalid-token' });
  }
});
