import type { CatalogId } from '@kindred/shared/id';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { userHash } from '../user-hash.ts';
import { applyInBatches, counting, draws, eventOf, SAVE, userOf } from './event-draws.fixture.ts';
import type { StoreUnderTest } from './store-under-test.fixture.ts';

const ALL = { countMax: 100, hasSeen: true };

/** Promises of every event store about erased users, and of the source that tells other processes of them. */
export function erasureContract({ store, histories, erasures, newCatalog }: StoreUnderTest): void {
  const [gone, kept] = [userOf(0), userOf(1)];

  test('erasing a user leaves the others, and drops the user’s older messages when they come again', async () => {
    await fc.assert(
      fc.asyncProperty(draws, async (given) => {
        const catalog = await newCatalog();
        const events = given.map((draw, index) => eventOf(catalog, { ...draw, id: index }, index));
        await applyInBatches(store, events, { size: 10, partitions: [0] });
        const ends = new Map([0, 1].map((partition) => [partition, events.length]));
        const own = events.filter(({ user }) => user === gone);
        expect(await store.erase(catalog, gone, catalog, ends)).toBe(own.length);
        expect(await store.erase(catalog, gone, catalog, ends)).toBe(0);

        const again = events.map((event) => ({ ...event, partition: 1 }));
        const outcomes = await store.apply(catalog, again, new Map([[1, events.length]]));
        expect(outcomes).toEqual(events.map(({ user }) => (user === gone ? 'erased' : 'duplicate')));
        const later = eventOf(catalog, { ...SAVE, id: 1_000, day: 9 }, events.length, 1);
        expect(await store.apply(catalog, [later], new Map([[1, events.length + 1]]))).toEqual(['applied']);

        expect((await histories.latest(catalog, gone, 100)).map(({ id }) => id)).toEqual([later.id]);
        const left = counting(events.filter(({ user }) => user === kept));
        expect(await histories.history(catalog, kept, ALL)).toHaveLength(left.length);
      }),
      { numRuns: 30 },
    );
  });

  test('a retried message counts by its first place', async () => {
    const catalog = await newCatalog();
    await store.erase(catalog, gone, catalog, new Map([[0, 10]]));
    const retried = (id: number, first: number) => ({
      ...eventOf(catalog, { ...SAVE, id }, 20 + id),
      first: { partition: 0, offset: first, appendedAtMs: 0 },
    });
    const outcomes = await store.apply(catalog, [retried(1, 9), retried(2, 10)], new Map([[0, 30]]));
    expect(outcomes).toEqual(['erased', 'applied']);
  });

  test('says which places lie below an erasure of their user, each in its place', async () => {
    const [catalog, other] = [await newCatalog(), await newCatalog()];
    const ends = new Map([
      [0, 10],
      [1, 3],
    ]);
    await store.erase(catalog, gone, 'log', ends);
    await store.erase(catalog, gone, 'log', new Map([[0, 5]]));
    const at = (partition: number, offset: number, user: string = gone, within: string = catalog) => ({
      catalog: within,
      user,
      partition,
      offset,
    });
    const places = [at(0, 9), at(0, 10), at(1, 2), at(1, 3), at(2, 0), at(0, 0, kept), at(0, 0, gone, other), at(0, 0)];
    expect(await store.areErased('log', places)).toEqual([true, false, true, false, false, false, false, true]);
    expect(await store.areErased('another log', places)).toEqual(places.map(() => false));
    expect(await store.areErased('log', [at(0, 0, ''), at(0, 0, 'nobody', 'no catalog')])).toEqual([false, false]);
    expect(await store.areErased('log', [])).toEqual([]);
  });

  test('a follower of erasures hears of each, in every catalog, and of none before it began', async () => {
    const [catalog, other] = [await newCatalog(), await newCatalog()];
    const erase = (within: CatalogId, user: number) =>
      store.erase(within, userOf(user), 'log', new Map([0, 1, 2].map((partition) => [partition, 1])));
    await erase(catalog, 0);
    const begun = await erasures.since(undefined);
    expect(begun.users).toEqual([]);
    await erase(catalog, 1);
    await erase(other, 2);
    const { users, place } = await erasures.since(begun.place);
    const names = (all: typeof users): string[] => all.map(({ catalog, hash }) => `${catalog} ${hash.toString('hex')}`);
    const wanted = [
      [catalog, 1],
      [other, 2],
    ] as const;
    for (const [within, user] of wanted) {
      expect(names(users)).toContain(`${within} ${userHash(userOf(user)).toString('hex')}`);
    }
    // Again, and by a user whose erasure is known already.
    await erase(catalog, 1);
    expect(names((await erasures.since(place)).users)).toContain(`${catalog} ${userHash(userOf(1)).toString('hex')}`);
  });

  test('a follower misses no erasure of many that are made at once', async () => {
    const catalogs = await Promise.all(Array.from({ length: 5 }, newCatalog));
    const told = new Set<string>();
    let { place } = await erasures.since(undefined);
    let isOver = false;
    const look = async (): Promise<void> => {
      const answer = await erasures.since(place);
      for (const { catalog, hash } of answer.users) told.add(`${catalog} ${hash.toString('hex')}`);
      place = answer.place;
    };
    const following = (async () => {
      while (!isOver) await look();
    })();
    const all = catalogs.flatMap((catalog) => Array.from({ length: 20 }, (_, user) => ({ catalog, user })));
    await Promise.all(all.map(({ catalog, user }) => store.erase(catalog, userOf(user), 'log', new Map([[0, 1]]))));
    isOver = true;
    await following;
    await look();
    const missing = all.filter(
      ({ catalog, user }) => !told.has(`${catalog} ${userHash(userOf(user)).toString('hex')}`),
    );
    expect(missing).toEqual([]);
  });
}
