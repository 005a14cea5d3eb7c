import { expect, test } from 'vitest';
import { genreOf, topGenres } from './book-genres.ts';

test.each([
  ['fantasy', 'fantasy'],
  ['Historical-Fiction', 'historical fiction'],
  ['sci-fi', 'sci fi'],
  ['children-s-books', 'children s books'],
  ['-non_fiction-', 'non fiction'],
  ['young-adult', 'young adult'],
])('takes the shelf %s for the genre %s', (shelf, genre) => {
  expect(genreOf(shelf)).toBe(genre);
});

test.each([
  'to-read',
  'favorites',
  'books-i-own',
  'fantasy-to-read',
  'adult',
  '2014-reads',
  'kindle',
  'series',
  '-',
  '',
])('takes the shelf %j for none', (shelf) => {
  expect(genreOf(shelf)).toBeUndefined();
});

test('keeps the genres with the highest counts, ties by name, each once', () => {
  const shelves = [
    { genre: 'horror', count: 5 },
    { genre: 'drama', count: 5 },
    { genre: 'poetry', count: 9 },
    { genre: 'horror', count: 7 },
    { genre: 'art', count: 1 },
  ];
  expect(topGenres(shelves, 3)).toEqual(['poetry', 'horror', 'drama']);
  expect(topGenres(shelves.toReversed(), 3)).toEqual(['poetry', 'horror', 'drama']);
});
