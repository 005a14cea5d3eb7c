import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readDatasetInfo } from '../dataset-folder/dataset-info.ts';
import { readColdItems, readItems } from '../dataset-folder/dataset-items.ts';
import { testFolder, writeTestFile } from '../dataset-folder/test-folder.ts';
import { prepare, rowsOf } from './test-prepare.ts';

const folder = testFolder();

const TAGS = 'tag_id,tag_name\n0,to-read\n1,historical-fiction\n2,fantasy\n3,books-i-own\n4,sci-fi\n5,sci_fi\n';
const SHELVES = [
  'goodreads_book_id,tag_id,count',
  '900,0,5000',
  '900,2,70',
  '900,1,70',
  '900,4,80',
  '900,5,90',
  '900,3,40',
  '901,2,-1',
  '901,9,12',
].join('\n');

const SECOND_BOOKS = [
  'book_id,goodreads_book_id,isbn,authors,original_publication_year,original_title,title,language_code,image_url',
  '46,900,1,"J.K. Rowling,   Mary GrandPré",1997.0,x," The ""Stone""  (Harry Potter, #1)",eng,u',
  '258,901,2,Homer,-720,x,The Iliad,,u',
  '1180,902,3,,,x,,,u',
].join('\n');
const FIRST_BOOKS = SECOND_BOOKS.replace('book_id,goodreads_book_id', 'id,book_id');

// A fifth of the pairs of users 1 to 40 with three books are in the test.
const pairs = Array.from({ length: 40 }, (_, index) => index + 1).flatMap((user) =>
  ['46', '258', '1180'].map((book) => ({ user, book })),
);
const SECOND_RATINGS = [
  'user_id,book_id,rating',
  ...pairs.map(({ user, book }) => `${user},${book},${1 + (user % 5)}`),
  '1,1180,5',
  '1,7,4',
  '2,46,many',
].join('\n');
const FIRST_RATINGS = SECOND_RATINGS.split('\n')
  .map((row) => row.replace(/^([^,]*),([^,]*)/, '$2,$1'))
  .join('\n');

beforeAll(() => {
  write('second', { books: SECOND_BOOKS, ratings: SECOND_RATINGS });
  write('first', { books: FIRST_BOOKS, ratings: FIRST_RATINGS });
});

function write(name: string, { books, ratings }: { readonly books: string; readonly ratings: string }): void {
  const source = join(folder, name);
  mkdirSync(source);
  writeTestFile(source, 'books.csv', books);
  writeTestFile(source, 'ratings.csv.gz', ratings);
  writeTestFile(source, 'book_tags.csv', SHELVES);
  writeTestFile(source, 'tags.csv', TAGS);
}

test.each(['first', 'second'])('makes a data set of the %s edition', async (edition) => {
  const { isComplete, complaints, said } = await prepare(folder, ['goodbooks', edition, '--out', `${edition}-made`]);
  expect(isComplete).toBe(false);
  expect(complaints).toEqual([
    'book_tags.csv:9: tag_id: is not in tags.csv',
    'ratings.csv.gz:123: book_id: is not in books.csv',
    'ratings.csv.gz:124: rating: must be a number',
  ]);
  const out = join(folder, `${edition}-made`);
  expect(said.join('\n')).toContain(`3 bad rows and 1 rows whose user and item have another row were left out`);
  const items: unknown[] = [];
  for await (const item of readItems(out)) items.push(item);
  expect(items).toEqual([
    {
      id: '46',
      title: 'The "Stone" (Harry Potter, #1)',
      creator: 'J.K. Rowling, Mary GrandPré',
      tags: ['sci fi', 'fantasy', 'historical fiction'],
      attributes: { year: 1997, language: 'eng' },
    },
    { id: '258', title: 'The Iliad', creator: 'Homer', attributes: { year: -720 } },
    { id: '1180', attributes: {} },
  ]);
  const info = await readDatasetInfo(out);
  const train = await rowsOf(out, 'train');
  const held = await rowsOf(out, 'test');
  expect(info).toMatchObject({
    name: 'goodbooks',
    licence: 'CC-BY-SA-4.0',
    positive: { valueAtLeast: 4 },
    time: false,
    counts: { items: 3, users: 40, train: train.length, test: held.length },
  });
  expect(train.length + held.length).toBe(120);
  expect(held.length).toBeGreaterThan(10);
  // As the published edition has them; of two ratings of one book the last counts.
  expect(train.filter((row) => row.startsWith('1 '))).toContain('1 1180 5');
  expect(await readColdItems(out)).toEqual(['46', '258']);
});

test('gives the same bytes for both editions’ rows and for every run', async () => {
  await prepare(folder, ['goodbooks', 'second', '--out', 'again']);
  for (const file of ['dataset.json', 'items.jsonl.gz', 'train.tsv.gz', 'test.tsv.gz', 'cold-items.txt']) {
    const again = readFileSync(join(folder, 'again', file));
    expect(again.equals(readFileSync(join(folder, 'second-made', file)))).toBe(true);
    expect(again.equals(readFileSync(join(folder, 'first-made', file)))).toBe(true);
  }
});

test('names the files that are not there and where they come from', async () => {
  const lacking = join(folder, 'lacking');
  mkdirSync(lacking);
  writeTestFile(lacking, 'books.csv', SECOND_BOOKS);
  await expect(prepare(folder, ['goodbooks', 'lacking', '--out', 'never'])).rejects.toThrow(
    /lacking lacks ratings\.csv, book_tags\.csv, tags\.csv \(or the same as \.gz\).*https:\/\/github\.com\/zygmuntz\/goodbooks-10k/,
  );
});
