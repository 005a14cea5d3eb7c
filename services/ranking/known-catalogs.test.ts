import type { CatalogId } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { KnownCatalogs } from './known-catalogs.ts';

const FILMS = 'films' as CatalogId;
const BOOKS = 'books' as CatalogId;

/** A source of some catalogs that counts its round trips. */
function sourceOf(catalogs: Set<CatalogId>) {
  const asked: (readonly CatalogId[])[] = [];
  return {
    asked,
    existing: async (wanted: readonly CatalogId[]) => {
      asked.push(wanted);
      return new Set(wanted).intersection(catalogs);
    },
  };
}

test('asks once for a catalog that exists, and every time for one that does not', async () => {
  const existing = new Set([FILMS]);
  const source = sourceOf(existing);
  const known = new KnownCatalogs(source);
  await known.require(FILMS);
  await known.require(FILMS);
  expect(source.asked).toEqual([[FILMS]]);
  expect(known.has(FILMS)).toBe(true);

  await expect(known.require(BOOKS)).rejects.toMatchObject({ code: 'catalog-not-found' });
  expect(known.has(BOOKS)).toBe(false);
  existing.add(BOOKS);
  await known.require(BOOKS);
  expect(source.asked).toEqual([[FILMS], [BOOKS], [BOOKS]]);
});

test('learns the unknown ones of many in one round trip', async () => {
  const source = sourceOf(new Set([FILMS]));
  const known = new KnownCatalogs(source);
  await known.learn([]);
  await known.learn([BOOKS, FILMS, BOOKS]);
  await known.learn([FILMS]);
  expect(source.asked).toEqual([[BOOKS, FILMS]]);
  expect([known.has(FILMS), known.has(BOOKS)]).toEqual([true, false]);
});

test('a source that fails leaves nothing known, and is asked again', async () => {
  const source = sourceOf(new Set([FILMS]));
  let isAway = true;
  const known = new KnownCatalogs({
    existing: (wanted) => (isAway ? Promise.reject(new Error('away')) : source.existing(wanted)),
  });
  await expect(known.require(FILMS)).rejects.toThrow('away');
  isAway = false;
  await known.require(FILMS);
  expect(known.has(FILMS)).toBe(true);
});
