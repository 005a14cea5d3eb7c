import { setImmediate } from 'node:timers/promises';
import { type CatalogId, type ItemId, MAIN_CATALOG, type UserId } from '@kindred/shared/id';
import { DAY_MS } from '@kindred/shared/model/decay';
import { expect, test } from 'vitest';
import { items, trainedCatalog } from '../sources/trained-catalog.fixture.ts';
import { CatalogFixture, NOW_MS } from './catalog.fixture.ts';
import type { Slate } from './slate.ts';

const USER = 'user' as UserId;
const OTHER_USER = 'other user' as UserId;
const SAVED = items[0]!;
/** Saved long ago and not embedded: it leads to others by co-engagement alone, and nothing leads to it. */
const SAVED_BEFORE = 'item-179' as ItemId;

/** A catalog of more items than a request looks at, of which the user saved two. */
async function catalog(catalogId: CatalogId = MAIN_CATALOG): Promise<CatalogFixture> {
  const fixture = new CatalogFixture(catalogId);
  for (let n = 0; n < 400; n++) {
    const item = items[n] ?? (`item-${n}` as ItemId);
    fixture.put({ item, fields: { title: item }, createdAtMs: n, vector: vectorOf(item, n) });
  }
  for (let n = 0; n < 150; n++) {
    fixture.add({
      user: OTHER_USER,
      item: items[n] ?? (`item-${n}` as ItemId),
      type: 'save',
      atMs: NOW_MS - n * DAY_MS,
    });
  }
  for (const user of [USER, 'third user' as UserId]) {
    fixture.add({ user, item: SAVED_BEFORE, type: 'save', atMs: NOW_MS - 500 * DAY_MS });
  }
  fixture.add({ user: 'third user' as UserId, item: items[3]!, type: 'save', atMs: NOW_MS - 500 * DAY_MS });
  fixture.add({ user: USER, item: SAVED, type: 'save', atMs: NOW_MS - DAY_MS });
  await fixture.settle(USER);
  return fixture;
}

function vectorOf(item: ItemId, n: number): readonly number[] | undefined {
  return item === SAVED_BEFORE ? undefined : [1, Math.cos(n), Math.sin(n)];
}

const ask = (fixture: CatalogFixture): Promise<Slate> => fixture.recommend({ user: USER, limit: 5 });

/** Names of the versions that differ between two slates. */
function changed(before: Slate, after: Slate): readonly string[] {
  return Object.keys(before.versions).filter((name) => before.versions[name] !== after.versions[name]);
}

test('nothing written changes nothing, also when the state is read again', async () => {
  const fixture = await catalog();
  const before = JSON.stringify(await ask(fixture));
  for (let second = 0; second < 3; second++) {
    await fixture.settle(USER);
    expect(JSON.stringify(await ask(fixture))).toBe(before);
  }
});

test.each<{ written: string; write: (fixture: CatalogFixture, shown: ItemId) => void; versions: readonly string[] }>([
  {
    written: 'an event of the user',
    write: (fixture) => fixture.add({ user: USER, item: items[9]!, type: 'click' }),
    versions: ['read'],
  },
  {
    written: 'a hidden candidate',
    write: (fixture, shown) => fixture.add({ user: USER, item: shown, type: 'hide' }),
    versions: ['read'],
  },
  {
    written: 'an impression of a candidate',
    write: (fixture, shown) => fixture.add({ user: USER, item: shown, type: 'impression' }),
    versions: ['read'],
  },
  {
    written: 'the title of a candidate',
    write: (fixture, item) => fixture.put({ item, fields: { title: 'new' } }),
    versions: ['read', 'index'],
  },
  {
    written: 'a deleted candidate',
    write: (fixture, shown) => fixture.remove(shown, { isIndexed: false }),
    versions: ['read'],
  },
  {
    written: 'the embedding of a candidate',
    write: (fixture, shown) => fixture.embed(shown, [1, 5, 5], { isIndexed: false }),
    versions: ['read'],
  },
  {
    written: 'the embedding of an engaged item',
    write: (fixture) => fixture.embed(SAVED_BEFORE, [1, 5, 5], { isIndexed: false }),
    versions: ['read'],
  },
  {
    written: 'a deleted engaged item',
    write: (fixture) => fixture.remove(SAVED_BEFORE, { isIndexed: false }),
    versions: ['read'],
  },
  {
    written: 'an event of another user',
    write: (fixture) => fixture.add({ user: OTHER_USER, item: items[9]!, type: 'click' }),
    versions: [],
  },
])('within a second, $written changes $versions', async ({ write, versions }) => {
  const fixture = await catalog();
  const before = await ask(fixture);
  write(fixture, before.items[1]!.item);
  const after = await ask(fixture);
  expect([...changed(before, after)].sort()).toEqual([...versions].sort());
  expect(after.slate === before.slate).toBe(versions.length === 0);
});

test('an item that the request did not look at changes nothing', async () => {
  const fixture = await catalog();
  const before = await ask(fixture);
  const item = 'item-160' as ItemId;
  expect(before.items.some((shown) => shown.item === item)).toBe(false);
  fixture.embed(item, [1, -1, -1], { isIndexed: false });
  const after = await ask(fixture);
  expect(changed(before, after)).toEqual([]);
  expect(after).toEqual(before);
});

test('after a second the state reflects events and items of the whole catalog', async () => {
  const fixture = await catalog();
  const before = await ask(fixture);
  fixture.add({ user: OTHER_USER, item: items[25]!, type: 'save' });
  await fixture.settle(USER);
  const events = await ask(fixture);
  expect(changed(before, events)).toContain('state');
  fixture.embed('item-399' as ItemId, [1, 0, 0], { isIndexed: false });
  await fixture.settle(USER);
  expect(changed(events, await ask(fixture))).toContain('state');
});

test('an artifact changes the state and the ranking, and the next one the state', async () => {
  const fixture = await catalog();
  const before = await ask(fixture);
  fixture.train(trainedCatalog(1));
  await fixture.settle(USER);
  await fixture.settle(USER);
  const trained = await ask(fixture);
  expect(changed(before, trained)).toEqual(expect.arrayContaining(['ranking', 'state']));
  fixture.train({ ...trainedCatalog(2), version: 2 });
  await fixture.settle(USER);
  await fixture.settle(USER);
  const next = changed(trained, await ask(fixture));
  expect(next).toContain('state');
  expect(next).not.toContain('ranking');
});

test('scores imputed to an item newer than the artifact change the state', async () => {
  const fixture = await catalog();
  const trained = trainedCatalog(1);
  trained.model.positives.fill(20);
  trained.imputedShare.fill(0);
  fixture.train(trained);
  await fixture.settle(USER);
  const versions = async () => (await ask(fixture)).versions.state;
  const before = await versions();
  // The look-up runs behind the request.
  await setImmediate();
  const after = await versions();
  expect(before).toMatch(/[.]cold-start-none$/);
  expect(after).not.toBe(before);
  expect(await versions()).toBe(after);
});

test('a write that must be reflected is in the state, without waiting for the next second', async () => {
  const fixture = await catalog();
  const before = await ask(fixture);
  fixture.put({ item: 'brand-new' as ItemId, createdAtMs: 1_000 });
  const after = await fixture.recommend({ user: USER, limit: 5 }, { position: 7 });
  expect(changed(before, after)).toContain('state');
  expect(fixture.neighbors.asked.at(-1)?.position).toBe(7);
});

test('equal requests of other users, seeds and catalogs have slates of other names', async () => {
  const [fixture, other] = [await catalog(), await catalog('other' as CatalogId)];
  const slates = [
    await fixture.recommend({ user: USER }),
    await fixture.recommend({ user: 'nobody' as UserId }),
    await fixture.recommend({ user: 'nobody, too' as UserId }),
    await fixture.recommend({ user: USER, seed: 2 }),
    await other.recommend({ user: USER }),
  ];
  expect(new Set(slates.map(({ slate }) => slate)).size).toBe(slates.length);
  for (const { slate } of slates) expect(slate).toMatch(/^[\w-]{22}$/);
  expect(slates[0]).toMatchObject({ at: new Date(NOW_MS).toISOString(), seed: 1, degraded: [] });
});
