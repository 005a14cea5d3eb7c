import { itemIdSchema, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { ExactIndexEngine } from './adapters/exact/exact-index-engine.ts';
import { MemoryChangeFeed } from './adapters/memory-change-feed.ts';
import type { ChangeRange } from './domain/change.ts';
import { FeedFollower, type FeedFollowerOptions } from './feed-follower.ts';
import { EngineDeadError } from './ports/index-engine.ts';

const space: SpaceId = JSON.parse('"model"');
const key = { catalog: MAIN_CATALOG, space };
const id = (i: number) => itemIdSchema.parse(`item-${i}`);
const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** A feed that remembers which ranges of rows were read of it. */
class WatchedFeed extends MemoryChangeFeed {
  readonly ranges: ChangeRange[] = [];

  override items(range: ChangeRange, limit: number) {
    this.ranges.push(range);
    return super.items(range, limit);
  }

  override embeddings(of: typeof key, range: ChangeRange, limit: number) {
    this.ranges.push(range);
    return super.embeddings(of, range, limit);
  }

  put(i: number): number {
    this.putItem(MAIN_CATALOG, id(i), {});
    return this.putEmbedding(key, id(i), Float32Array.of(Math.cos(i), Math.sin(i)));
  }
}

function filledFeed(count: number): WatchedFeed {
  const feed = new WatchedFeed();
  feed.putSpace({ ...key, dimensions: 2, state: 'serving' });
  for (let i = 0; i < count; i++) feed.put(i);
  return feed;
}

function followerOf(options: Pick<FeedFollowerOptions, 'feed' | 'engine'> & Partial<FeedFollowerOptions>) {
  return new FeedFollower({ log: silent, onSettled: () => {}, pollMs: 5, pageSize: 10, ...options });
}

async function reached(follower: FeedFollower, position: number): Promise<void> {
  while (follower.position < position) await follower.progress.wait(1_000);
}

test('goes on from the position of an engine that has kept what it was given', async () => {
  const engine = new ExactIndexEngine();
  const feed = filledFeed(35);
  const first = followerOf({ feed, engine });
  const running = first.run();
  await reached(first, 71);
  first.stop();
  await running;
  expect((await engine.status()).position).toBe(71);
  expect(feed.ranges[0]).toEqual({ after: 0, upTo: 71 });

  feed.ranges.length = 0;
  const last = feed.put(35);
  const second = followerOf({ feed, engine });
  const runningAgain = second.run();
  await reached(second, last);
  second.stop();
  await runningAgain;
  expect(feed.ranges).toEqual([
    { after: 71, upTo: last },
    { after: 71, upTo: last },
  ]);
  expect(await engine.status()).toMatchObject({ position: last, spaces: [{ size: 36 }] });
});

test('a page that holds a new space is applied once the space is filled, and the retired one is dropped', async () => {
  const engine = new ExactIndexEngine();
  const feed = filledFeed(3);
  const follower = followerOf({ feed, engine });
  const running = follower.run();
  await reached(follower, 7);
  const newer: SpaceId = JSON.parse('"newer"');
  for (let i = 0; i < 3; i++) feed.putEmbedding({ ...key, space: newer }, id(i), Float32Array.of(1, 0));
  feed.putSpace({ ...key, dimensions: 2, state: 'retired' });
  await reached(follower, feed.putSpace({ ...key, space: newer, dimensions: 2, state: 'serving' }));
  expect(follower.spaces?.serving(MAIN_CATALOG)?.space).toBe(newer);
  expect((await engine.status()).spaces).toMatchObject([{ space: newer, size: 3 }]);
  follower.stop();
  await running;
});

test('waits for a database that is unavailable, and says that it does', async () => {
  const feed = filledFeed(1);
  feed.failure = new TypeError('the connection has no socket');
  const warnings: object[] = [];
  const log = { ...silent, warn: (fields: object) => void warnings.push(fields) };
  const follower = followerOf({ feed, engine: new ExactIndexEngine(), log });
  const running = follower.run();
  await expect.poll(() => warnings).toMatchObject([{ delayMs: 250, err: { cause: feed.failure } }]);
  expect(follower.position).toBe(0);
  feed.failure = undefined;
  await reached(follower, 3);
  follower.stop();
  await running;
});

test('a failure of the engine ends it, and a vector that was rejected does not', async () => {
  const engine = new ExactIndexEngine();
  const feed = filledFeed(2);
  feed.putEmbedding(key, id(1), Float32Array.of(1, 2, 3));
  const errors: object[] = [];
  const log = { ...silent, error: (fields: object) => void errors.push(fields) };
  const follower = followerOf({ feed, engine, log });
  const running = follower.run();
  await reached(follower, 6);
  expect(errors).toMatchObject([{ item: id(1), space }]);
  await engine.close();
  feed.putItem(MAIN_CATALOG, id(2), {});
  await expect(running).rejects.toThrow(EngineDeadError);
});

test('can be stopped while the database is unavailable', async () => {
  const feed = filledFeed(1);
  feed.failure = new Error('unavailable');
  const follower = followerOf({ feed, engine: new ExactIndexEngine() });
  const running = follower.run();
  follower.stop();
  await expect(running).resolves.toBeUndefined();
});
