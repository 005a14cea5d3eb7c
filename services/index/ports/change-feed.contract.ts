import type { ItemFields } from '@kindred/shared/catalog';
import { filterFieldsOf } from '@kindred/shared/filter';
import { type CatalogId, type ItemId, itemIdSchema, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { beforeEach, expect, test } from 'vitest';
import type { Change } from '../domain/change.ts';
import type { Space, SpaceKey } from '../domain/space.ts';
import type { ChangeFeed } from './change-feed.ts';

/** Writes the rows that a feed reads, as ingestion does. Each write returns its change number. */
export interface ChangeWriter {
  putSpace(space: Space): number | Promise<number>;
  putItem(catalog: CatalogId, item: ItemId, fields: ItemFields): number | Promise<number>;
  /** Deletes the item with its embeddings. */
  deleteItem(catalog: CatalogId, item: ItemId): number | Promise<number>;
  putEmbedding(space: SpaceKey, item: ItemId, vector: Float32Array): number | Promise<number>;
  /** Has the item wait for its embedding in the serving space, until that is put or the item is deleted. */
  enqueue(catalog: CatalogId, item: ItemId): void | Promise<void>;
}

const main = MAIN_CATALOG;
const space: SpaceId = JSON.parse('"model"');
const other: SpaceId = JSON.parse('"other"');
const key = { catalog: main, space };
const id = (name: string) => itemIdSchema.parse(name);
const vector = Float32Array.of(0.6, 0.8, 0);

interface Tested {
  readonly feed: ChangeFeed;
  readonly writer: ChangeWriter;
}

/** Everything that each `ChangeFeed` must keep. @param create  Makes a feed over empty tables. */
export function changeFeedContract(create: () => Promise<Tested>): void {
  let tested: Tested;
  beforeEach(async () => {
    tested = await create();
    await tested.writer.putSpace({ ...key, dimensions: 3, state: 'serving' });
    await tested.writer.putSpace({ catalog: main, space: other, dimensions: 3, state: 'filling' });
  });
  rowsContract(() => tested);
  rangesContract(() => tested);
}

/** All pages after a change. */
async function readAll(feed: ChangeFeed, after: number, limit: number): Promise<readonly Change[]> {
  const pages: Change[] = [];
  for (let at = after; ; ) {
    const page = await feed.read(at, limit);
    pages.push(...page);
    const last = page.at(-1);
    if (last === undefined) return pages;
    expect(last.change).toBeGreaterThan(at);
    at = last.change;
  }
}

function rowsContract(tested: () => Tested): void {
  test('reads every row once, by change, with what it holds', async () => {
    const { feed, writer } = tested();
    const { head } = await feed.origin();
    const fields = { title: 'A title', tags: ['a'], creator: 'c', attributes: { year: 1999 } };
    const first = await writer.putItem(main, id('a'), fields);
    const second = await writer.putEmbedding(key, id('a'), vector);
    const third = await writer.putItem(main, id('b'), {});
    const changes = await readAll(feed, head, 100);
    expect(changes).toEqual([
      { kind: 'item', change: first, catalog: main, item: id('a'), fields: filterFieldsOf(fields), spaces: [space] },
      { kind: 'embedding', change: second, ...key, item: id('a'), vector },
      { kind: 'item', change: third, catalog: main, item: id('b'), fields: filterFieldsOf({}), spaces: [] },
    ]);
    expect(await readAll(feed, head, 1)).toEqual(changes);
    expect(await readAll(feed, third, 100)).toEqual([]);
  });

  test('a row written again, a deleted item and a changed space come again with a higher change', async () => {
    const { feed, writer } = tested();
    await writer.putItem(main, id('a'), {});
    await writer.putEmbedding(key, id('a'), vector);
    const before = (await feed.origin()).head;
    const deleted = await writer.deleteItem(main, id('a'));
    const retired = await writer.putSpace({ ...key, dimensions: 3, state: 'retired' });
    expect(await readAll(feed, before, 100)).toEqual([
      { kind: 'item', change: deleted, catalog: main, item: id('a'), fields: undefined, spaces: [] },
      { kind: 'space', change: retired, ...key, dimensions: 3, state: 'retired' },
    ]);
    expect(await feed.origin()).toMatchObject({ head: retired });
    expect((await feed.spaces()).find((each) => each.space === space)?.state).toBe('retired');
  });
}

function rangesContract(tested: () => Tested): void {
  test('items and the embeddings of one space are read in ranges', async () => {
    const { feed, writer } = tested();
    const changes = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      changes.push(await writer.putItem(main, id(name), {}));
      await writer.putEmbedding(key, id(name), vector);
      await writer.putEmbedding({ catalog: main, space: other }, id(name), vector);
    }
    const range = { after: changes[0]!, upTo: changes[3]! };
    const items = await feed.items(range, 100);
    expect(items.map(({ item }) => item)).toEqual(['b', 'c', 'd']);
    expect(items.map(({ spaces }) => [...spaces].sort())).toEqual(Array(3).fill([space, other]));
    expect((await feed.items(range, 2)).map(({ item }) => item)).toEqual(['b', 'c']);
    const embeddings = await feed.embeddings(key, range, 100);
    expect(embeddings.map((each) => [each.space, each.item])).toEqual(['a', 'b', 'c'].map((name) => [space, name]));
    expect((await feed.embeddings(key, range, 1)).map(({ item }) => item)).toEqual(['a']);
  });

  test('an item is pending until it is embedded or deleted, for a reader that asks for its change', async () => {
    const { feed, writer } = tested();
    const first = await writer.putItem(main, id('a'), { title: 'A' });
    await writer.enqueue(main, id('a'));
    const second = await writer.putItem(main, id('b'), { title: 'B' });
    await writer.enqueue(main, id('b'));
    const isPending = async (change: number) => (await feed.progress(main, change)).isPending;
    expect([await isPending(first - 1), await isPending(first), await isPending(second)]).toEqual([false, true, true]);
    const embedded = await writer.putEmbedding(key, id('a'), vector);
    expect([await isPending(first), await isPending(second)]).toEqual([false, true]);
    expect(await feed.progress(main, first)).toMatchObject({ head: embedded });
    await writer.deleteItem(main, id('b'));
    expect(await isPending(second)).toBe(false);
  });
}
