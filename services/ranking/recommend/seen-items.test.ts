import type { ItemId, UserId } from '@kindred/shared/id';
import { isRankedSource } from '@kindred/shared/model/candidate-sources';
import { expect, test } from 'vitest';
import { items, trainedCatalog } from '../sources/trained-catalog.fixture.ts';
import type { TrainedCatalog } from '../sources/trained-scores.ts';
import { CatalogFixture } from './catalog.fixture.ts';

const USER = 'ann' as UserId;
const [LIKED, HIDDEN] = [items.slice(0, 4), items[4]!];
const LIMIT = 10;

/** A catalog whose user saved a few items and hid one, with an artifact that ranks. */
async function catalogWith(artifact: Partial<TrainedCatalog> | undefined): Promise<CatalogFixture> {
  const fixture = new CatalogFixture();
  for (const [place, item] of items.entries()) fixture.put({ item, vector: [1, place + 1] });
  for (const item of LIKED) fixture.add({ user: USER, item, type: 'save' });
  fixture.add({ user: USER, item: HIDDEN, type: 'hide' });
  if (artifact !== undefined) fixture.train({ ...trainedCatalog(3), ...artifact });
  await fixture.settle();
  return fixture;
}

async function shownBy(fixture: CatalogFixture, includeSeen: boolean | 'auto') {
  const { items: shown, versions } = await fixture.recommend({ user: USER, includeSeen, limit: LIMIT });
  return { shown, versions, ids: shown.map(({ item }) => item) };
}

const countOf = (ids: readonly ItemId[]): number => ids.filter((item) => LIKED.includes(item)).length;

test('with seen items allowed, a trained ranker ranks them among the rest, found by its sources and explained', async () => {
  const { shown, ids, versions } = await shownBy(await catalogWith({}), true);
  expect(versions.ranking).toBe('trained-2');
  expect(countOf(ids)).toBeGreaterThan(0);
  expect(ids).not.toContain(HIDDEN);
  expect(shown).toHaveLength(LIMIT);
  for (const { item, score, sources, explanation } of shown.filter((each) => LIKED.includes(each.item))) {
    expect(sources.some((source) => isRankedSource(source) && source !== 'popular')).toBe(true);
    const sum = Object.values(explanation!.parts).reduce((total, part) => total + part, 0);
    expect(sum).toBeCloseTo(score, 9);
    expect(explanation!.because).not.toContain(item);
  }
});

test('auto shows seen items in a catalog that users come back in, from a fifth on, and in no other', async () => {
  for (const ranker of [trainedCatalog(3).ranker, undefined]) {
    for (const [repeatShare, isShown] of [
      [1, true],
      [0.2, true],
      [0.199, false],
      [0, false],
    ] as const) {
      const fixture = await catalogWith({ repeatShare, ranker });
      const auto = await fixture.recommend({ user: USER, includeSeen: 'auto', limit: LIMIT });
      const wanted = await fixture.recommend({ user: USER, includeSeen: isShown, limit: LIMIT });
      expect(JSON.stringify(auto)).toBe(JSON.stringify(wanted));
      const other = await fixture.recommend({ user: USER, includeSeen: !isShown, limit: LIMIT });
      expect(auto.items).not.toEqual(other.items);
    }
  }
});

test('auto shows no seen items in a catalog that was never trained', async () => {
  const fixture = await catalogWith(undefined);
  expect(countOf((await shownBy(fixture, 'auto')).ids)).toBe(0);
  expect(countOf((await shownBy(fixture, true)).ids)).toBeGreaterThan(0);
});
