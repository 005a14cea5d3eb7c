import { testDatabase } from '@kindred/infra/postgres/test-database';
import { hashEmbedder } from '@kindred/shared/embedding/hash-embedder';
import type { ItemId, SpaceId } from '@kindred/shared/id';
import { MAIN_CATALOG } from '@kindred/shared/id';
import { createLog } from '@kindred/shared/platform/log';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { postgresEmbeddingQueue } from './adapters/postgres-embedding-queue.ts';
import { postgresItemStore } from './adapters/postgres-item-store.ts';
import { EmbeddingWorker } from './embedding-worker.ts';

const { database, drop } = await testDatabase();
const queue = postgresEmbeddingQueue(database);
const items = postgresItemStore(database);
const space = { space: 'hash' as SpaceId, model: 'hash', dimensions: 8 };

let failure: (text: string) => string | undefined;
/** Embedding waits while this is closed. */
let gate: PromiseWithResolvers<void>;
let callsUnderWay: number;
let nowMs: number;
let worker: EmbeddingWorker;

beforeAll(() => queue.openSpaces(space));
beforeEach(() => {
  failure = () => undefined;
  gate = Promise.withResolvers();
  gate.resolve();
  callsUnderWay = 0;
  nowMs = 0;
  const embedder = hashEmbedder({ space: space.space, dimensions: 8, failure: (text) => failure(text) });
  worker = new EmbeddingWorker({
    queue,
    embedderOf: () => ({
      space: space.space,
      dimensions: 8,
      embed: async (text, kind) => {
        callsUnderWay++;
        await gate.promise;
        callsUnderWay--;
        return embedder.embed(text, kind);
      },
      close: () => embedder.close(),
    }),
    concurrency: 2,
    log: createLog('test', 'silent'),
    nowMs: () => nowMs,
  });
});
afterEach(() => {
  gate.resolve();
  return worker.stop();
});
afterAll(drop);

async function put(...titles: readonly string[]): Promise<void> {
  const rows = titles.map((title) => ({ id: title as ItemId, title }));
  await items.putAll(MAIN_CATALOG, rows, 1);
  worker.wake();
}
const waiting = async (): Promise<number> => (await queue.backlog()).waiting;
const failed = async (): Promise<number> => (await queue.backlog()).failed;

test('embeds what is queued and goes on with what is queued later', async () => {
  await put('a', 'b');
  worker.start();
  await expect.poll(waiting).toBe(0);
  await put('c');
  await expect.poll(waiting).toBe(0);
  expect(worker.embeddedCount).toBe(3);
  expect(worker.isWorking).toBe(true);
});

test('works on past a text that cannot be embedded', async () => {
  failure = (text) => (text === 'bad' ? 'is bad' : undefined);
  worker.start();
  await put('bad');
  await expect.poll(failed).toBe(1);
  expect(worker.isWorking).toBe(true);
  await put('good');
  await expect.poll(waiting).toBe(0);
  await items.delete(MAIN_CATALOG, 'bad' as ItemId, undefined);
});

test('does not work while its embedder fails at any text, and keeps the tasks until it works again', async () => {
  failure = () => 'the model is damaged';
  worker.start();
  await put('d', 'e');
  await expect.poll(() => worker.isWorking).toBe(false);
  await put('f', 'g');
  await expect.poll(() => worker.isWorking).toBe(false);
  failure = () => undefined;
  await expect.poll(() => worker.isWorking).toBe(true);
  await expect.poll(waiting).toBe(0);
});

test('does not work while a batch hangs for more than a minute', async () => {
  gate = Promise.withResolvers();
  worker.start();
  await put('h');
  await expect.poll(() => callsUnderWay).toBe(1);
  nowMs = 59_000;
  expect(worker.isWorking).toBe(true);
  nowMs = 61_000;
  expect(worker.isWorking).toBe(false);
  gate.resolve();
  await expect.poll(() => worker.isWorking).toBe(true);
  await expect.poll(waiting).toBe(0);
});
