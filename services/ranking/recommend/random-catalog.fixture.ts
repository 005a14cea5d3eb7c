import type { Filter, ItemFields } from '@kindred/shared/catalog';
import { EVENT_TYPES } from '@kindred/shared/event';
import { filterFieldsOf, predicateOf } from '@kindred/shared/filter';
import type { ItemId, UserId } from '@kindred/shared/id';
import { DAY_MS } from '@kindred/shared/model/decay';
import fc from 'fast-check';
import { items, trainedCatalog } from '../sources/trained-catalog.fixture.ts';
import { CatalogFixture, type FixtureEvent, type FixtureItem, NOW_MS } from './catalog.fixture.ts';
import type { OpenRequest } from './catalog-defaults.ts';

/** A catalog as it was written, and how it ranks. */
export interface RandomCatalog {
  readonly items: readonly FixtureItem[];
  readonly events: readonly FixtureEvent[];
  /** Items that were deleted after all events; the index has not seen it. */
  readonly removed: readonly ItemId[];
  readonly ranking: 'untrained' | 'artifact without ranker' | 'ranker';
  /** Share that the artifact holds, if there is one. */
  readonly repeatShare: number;
}

export const USERS = ['ann', 'bob', 'nobody'].map((user) => user as UserId);
/** Items of the artifact, and some that are newer. */
const IDS = [...items.slice(0, 18), ...[0, 1, 2, 3].map((n) => `new-${n}` as ItemId)];
const FILTERS: readonly (Filter | undefined)[] = [
  undefined,
  undefined,
  undefined,
  {},
  { tags: { any: ['a'] } },
  { tags: { none: ['a'] }, available: 'any' },
  { available: false },
  { tags: { any: ['nowhere'] } },
];

const coordinate = fc.integer({ min: -3, max: 3 });
const item = fc.record({
  item: fc.constantFrom(...IDS),
  fields: fc.record({ available: fc.constantFrom(true, true, false), tags: fc.subarray(['a', 'b']) }),
  createdAtMs: fc.nat(3),
  vector: fc.option(fc.tuple(coordinate, coordinate, fc.integer({ min: 1, max: 3 })), { nil: undefined }),
});
const event = fc.record({
  user: fc.constantFrom(...USERS.slice(0, 2)),
  item: fc.constantFrom(...IDS),
  type: fc.constantFrom(...EVENT_TYPES, 'save' as const),
  atMs: fc.nat(40).map((ageDays) => NOW_MS - ageDays * DAY_MS),
});

function itemsOf(minLength: number, maxLength: number) {
  return fc.uniqueArray(item, { selector: (each) => each.item, minLength, maxLength, size: 'max' });
}

export const randomCatalogs: fc.Arbitrary<RandomCatalog> = fc
  .record({
    items: fc.oneof(itemsOf(0, 5), itemsOf(10, IDS.length), itemsOf(15, IDS.length)),
    events: fc.array(event, { maxLength: 25, size: 'max' }),
    removed: fc.subarray(IDS, { maxLength: 2 }),
    ranking: fc.constantFrom('untrained', 'artifact without ranker', 'ranker'),
    repeatShare: fc.constantFrom(0, 0.19, 0.2, 1),
  })
  .map(({ items: written, events, ...rest }) => ({
    items: written.map((each, place) => ({ ...each, change: place + 1 })),
    events: events.map((each, place) => ({ ...each, change: written.length + place + 1 })),
    ...rest,
  }));

export const requests = fc.record({
  user: fc.constantFrom(USERS[0]!, ...USERS),
  limit: fc.integer({ min: 1, max: 25 }),
  exclude: fc.subarray(IDS, { maxLength: 4 }),
  filter: fc.constantFrom(...FILTERS),
  diversity: fc.constantFrom(0, 0.3, 1),
  includeSeen: fc.constantFrom(true, false, 'auto' as const),
  seed: fc.nat(5),
}) satisfies fc.Arbitrary<Partial<OpenRequest>>;

/** A property compares two at most; an earlier one would stay in memory for as long as its states are cached. */
const OPEN_MAX = 2;
const open: CatalogFixture[] = [];

/** Writes a catalog. @param shuffled  Its items and events in another order, with the changes that they had. */
export async function fixtureOf(
  { items: written, events, removed, ranking, repeatShare }: RandomCatalog,
  shuffled: (entries: readonly number[]) => readonly number[] = (entries) => entries,
): Promise<CatalogFixture> {
  for (const old of open.splice(0, Math.max(0, open.length - OPEN_MAX))) await old.close();
  const fixture = new CatalogFixture();
  open.push(fixture);
  for (const place of shuffled([...written.keys()])) fixture.put(written[place]!);
  for (const place of shuffled([...events.keys()])) fixture.add(events[place]!);
  const change = written.length + events.length + 1;
  for (const each of removed) fixture.remove(each, { change, isIndexed: false });
  const trained = { ...trainedCatalog(3), repeatShare };
  if (ranking === 'ranker') fixture.train(trained);
  if (ranking === 'artifact without ranker') fixture.train({ ...trained, ranker: undefined });
  await fixture.settle();
  return fixture;
}

/** Items that a request may be answered with, by their definition. */
export function eligible(
  { items: written, events, removed, ranking, repeatShare }: RandomCatalog,
  request: Pick<OpenRequest, 'user' | 'exclude' | 'filter' | 'includeSeen'>,
): ReadonlySet<ItemId> {
  const passes = predicateOf(request.filter ?? {});
  const own = events.filter(({ user }) => user === request.user);
  const { includeSeen } = request;
  const isSeenShown = includeSeen === 'auto' ? ranking !== 'untrained' && repeatShare >= 0.2 : includeSeen;
  return new Set(
    written
      .filter(({ fields = {} }: { fields?: ItemFields }) => passes(filterFieldsOf(fields)))
      .map((each) => each.item)
      .filter((id) => !removed.includes(id) && !request.exclude.includes(id))
      .filter((id) => !own.some((each) => each.item === id && (each.type === 'hide' || !isSeenShown))),
  );
}
