import type { CatalogId, ItemId, UserId } from '@kindred/shared/id';
import { DAY_MS } from '@kindred/shared/model/decay';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Mean, rememberingCentre } from '../catalog-state/mean.ts';
import { items, trainedCatalog } from '../sources/trained-catalog.fixture.ts';
import { userHash } from '../user-hash.ts';
import { CatalogFixture, NOW_MS } from './catalog.fixture.ts';
import { ProfileReader } from './profile.ts';

const USER = 'user' as UserId;

/** A catalog of embedded items, of which the user saved the first few, the first one last. */
async function catalog(savedCount: number) {
  const fixture = new CatalogFixture();
  for (const [n, item] of items.entries()) fixture.put({ item, vector: [1, Math.cos(n), Math.sin(n)] });
  for (const [n, item] of items.slice(0, savedCount).entries()) {
    fixture.add({ user: USER, item, type: 'save', atMs: NOW_MS - n * DAY_MS });
  }
  const state = (await fixture.states.of(fixture.catalog, true))!;
  const reader = new ProfileReader(rememberingCentre());
  const read = (parts: { nowMs?: number; mean?: Mean; user?: UserId } = {}) =>
    reader.read({
      user: parts.user ?? USER,
      state: { ...state, mean: parts.mean ?? state.mean },
      reads: fixture.reader.begin(fixture.catalog),
      nowMs: parts.nowMs ?? NOW_MS,
    });
  return { fixture, read, state };
}

test('has the history, the engagements latest first, their rows, and interests over all of them', async () => {
  const { fixture, read } = await catalog(6);
  fixture.add({ user: USER, item: items[9]!, type: 'hide' });
  const { history, engagements, rows, interests } = await read();
  expect(history.map(({ item }) => item)).toEqual([items[9], ...items.slice(0, 6)]);
  expect(engagements.map(({ item }) => item)).toEqual(items.slice(0, 6));
  expect([...rows.keys()]).toEqual(items.slice(0, 6));
  expect(interests.flatMap((interest) => interest.items).sort()).toEqual(items.slice(0, 6));
});

test('a user without a history has an empty profile, at the cost of one round trip', async () => {
  const { fixture, read } = await catalog(2);
  const before = fixture.stores.asked.length;
  const profile = await read({ user: 'nobody' as UserId });
  expect(profile).toEqual({ history: [], engagements: [], rows: new Map(), interests: [] });
  expect(fixture.stores.asked.slice(before).filter((asked) => asked === 'history')).toHaveLength(1);
});

test('clusters are made again only if engaged items, their embeddings or the mean have changed', async () => {
  const { fixture, read } = await catalog(5);
  const first = await read();
  const readings = () => fixture.stores.count('vectors');
  expect(readings()).toBe(1);
  expect((await read()).interests).toEqual(first.interests);
  await read({ nowMs: NOW_MS + 5 * DAY_MS });
  expect(readings()).toBe(1);
  const changes: readonly (() => void)[] = [
    () => fixture.embed(items[0]!, [1, 0, 0]),
    () => fixture.add({ user: USER, item: items[20]!, type: 'save' }),
    () => fixture.remove(items[1]!),
  ];
  for (const [place, change] of changes.entries()) {
    change();
    await read();
    await read();
    expect(readings()).toBe(2 + place);
  }
  await read({ mean: { vector: Float32Array.of(0.1, 0, 0), version: 'another mean' } });
  expect(readings()).toBe(2 + changes.length);
});

test('cached clusters are those that are made without a cache, whatever was written in between', async () => {
  const writes = fc.array(
    fc.record({
      act: fc.constantFrom('save', 'hide', 'embed', 'remove', 'read'),
      n: fc.nat(9),
      angle: fc.nat(6),
    }),
    { maxLength: 15 },
  );
  await fc.assert(
    fc.asyncProperty(writes, async (given) => {
      const { fixture, read } = await catalog(3);
      for (const { act, n, angle } of given) {
        const item = items[n]!;
        if (act === 'save' || act === 'hide') fixture.add({ user: USER, item, type: act });
        else if (act === 'embed') fixture.embed(item, [1, Math.cos(angle), Math.sin(angle)]);
        else if (act === 'remove') fixture.remove(item);
        else {
          const own = await read();
          fixture.reader.forgetAll();
          expect(own).toEqual(await read());
        }
      }
    }),
    { numRuns: 20 },
  );
});

test('nothing made from the items of a forgotten user is kept, also if it was being made', async () => {
  const { fixture, read } = await catalog(5);
  const { reader } = fixture;
  const another = 'another' as UserId;
  fixture.add({ user: another, item: items[7]!, type: 'save' });
  const readings = () => fixture.stores.count('vectors');
  const isKept = async (user: UserId): Promise<boolean> => {
    const before = readings();
    await read({ user });
    return readings() === before;
  };
  for (const forget of [() => reader.forget(fixture.catalog, userHash(USER)), () => reader.forgetAll()]) {
    await Promise.all([read(), read({ user: another })]);
    expect([await isKept(USER), await isKept(another)]).toEqual([true, true]);
    forget();
    expect(await isKept(USER)).toBe(false);
    forget();
    const reading = read();
    forget();
    await reading;
    expect(await isKept(USER)).toBe(false);
  }
  await read({ user: another });
  reader.forget(fixture.catalog, userHash(USER));
  reader.forget('books' as CatalogId, userHash(another));
  expect(await isKept(another)).toBe(true);
});

test('importance fades with time, whatever is cached', async () => {
  const { read } = await catalog(4);
  const [now, later] = [await read(), await read({ nowMs: NOW_MS + 69 * DAY_MS })];
  const sum = (interests: typeof now.interests) => interests.reduce((total, { importance }) => total + importance, 0);
  expect(sum(later.interests)).toBeCloseTo(sum(now.interests) / 2, 6);
});

test('engaged items that were deleted or never embedded are in no interest', async () => {
  const { fixture, read } = await catalog(4);
  const plain = 'not-embedded' as ItemId;
  fixture.put({ item: plain });
  fixture.add({ user: USER, item: plain, type: 'save' });
  fixture.add({ user: USER, item: 'never-written' as ItemId, type: 'save' });
  fixture.remove(items[0]!);
  const { engagements, rows, interests } = await read();
  expect(engagements).toHaveLength(6);
  expect([...rows.keys()].sort()).toEqual([...items.slice(1, 4), plain].sort());
  expect(interests.flatMap((interest) => interest.items).sort()).toEqual(items.slice(1, 4));
});

test('only the latest hundred engagements are clustered', async () => {
  const { fixture, read } = await catalog(0);
  const many = Array.from({ length: 130 }, (_, n) => `many-${n}` as ItemId);
  for (const [n, item] of many.entries()) {
    fixture.put({ item, vector: [1, Math.cos(n), Math.sin(n)] });
    fixture.add({ user: USER, item, type: 'save', atMs: NOW_MS - n });
  }
  const { engagements, interests } = await read();
  expect(engagements).toHaveLength(130);
  expect(interests.flatMap((interest) => interest.items).sort()).toEqual(many.slice(0, 100).sort());
});

test('impressions are part of the history only if the artifact counts them', async () => {
  const { fixture, read, state } = await catalog(1);
  fixture.add({ user: USER, item: items[7]!, type: 'impression' });
  expect((await read()).history.map(({ item }) => item)).toEqual([items[0]]);
  const trained = trainedCatalog(1);
  const reads = () => fixture.reader.begin(fixture.catalog);
  const reader = new ProfileReader(rememberingCentre());
  const historyWith = async (seenWeight: number) => {
    const artifact = { ...trained, model: { ...trained.model, seenWeight } };
    const query = { user: USER, reads: reads(), nowMs: NOW_MS };
    return (await reader.read({ ...query, state: { ...state, trained: artifact } })).history.map(({ item }) => item);
  };
  expect(await historyWith(0.5)).toEqual([items[7], items[0]]);
  expect(await historyWith(0)).toEqual([items[0]]);
});

test('interests are those of the profile, by falling importance', async () => {
  const { fixture, read } = await catalog(8);
  const interests = await fixture.recommender.interests(fixture.catalog, USER, NOW_MS);
  expect(interests).toEqual((await read()).interests);
  const importance = interests.map((interest) => interest.importance);
  expect(importance).toEqual(importance.toSorted((a, b) => b - a));
});
