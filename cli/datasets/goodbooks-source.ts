import { plainNumber } from '../dataset-folder/plain-number.ts';
import { genreOf, type ShelfCount, topGenres } from './book-genres.ts';
import { type ItemRow, itemRows, type Source, type TallyOf } from './source.ts';
import { type PlacedFile, requireFiles } from './source-files.ts';
import { headerOf, tableRows } from './table-rows.ts';

const ORIGIN =
  'goodbooks is made from books.csv, ratings.csv, book_tags.csv and tags.csv of https://github.com/zygmuntz/goodbooks-10k (its releases have them zipped).';
const SALT = 'gb1';
const POSITIVE_FROM = 4;
const GENRES_MAX = 12;

/** The names of two columns of books.csv, which differ between the two public editions. */
interface BookColumns {
  /** Holds the id that ratings.csv names a book by. */
  readonly id: string;
  /** Holds the id that book_tags.csv names it by. */
  readonly goodreadsId: string;
}

/**
 * Opens the public files of goodbooks-10k, of either edition. Reads the tags at once.
 * Memory: the shelves that are genres, some 10 MB.
 * @throws {DataError} when a file is missing, or is not the one that its name says.
 */
export async function goodbooksSource(folder: string, tallyOf: TallyOf): Promise<Source> {
  const names = ['books.csv', 'ratings.csv', 'book_tags.csv', 'tags.csv'];
  const [books, ratings, bookTags, tags] = await requireFiles({ folder, names }, ORIGIN);
  if (books === undefined || ratings === undefined || bookTags === undefined || tags === undefined) {
    throw new Error('a file that is required was not found');
  }
  const genres = await genresByBook(bookTags, { genreByTag: await genresByTag(tags, tallyOf), tallyOf });
  const columns = { user: 'user_id', item: 'book_id', value: 'rating' };
  return {
    name: 'goodbooks',
    title: 'Goodbooks-10k: 10,000 books, ratings by readers of Goodreads',
    source: 'https://github.com/zygmuntz/goodbooks-10k',
    licence: 'CC-BY-SA-4.0',
    positiveFrom: POSITIVE_FROM,
    split: { by: 'hash', salt: SALT },
    coldSalt: SALT,
    items: { ...books, rows: () => bookRows(books, genres) },
    columns,
    interactions: { ...ratings, rows: () => tableRows(ratings.path, [columns.user, columns.item, columns.value]) },
  };
}

async function* bookRows(
  { path }: PlacedFile,
  genres: ReadonlyMap<string, readonly string[]>,
): AsyncGenerator<readonly ItemRow[]> {
  const { id, goodreadsId } = bookColumns(await headerOf(path));
  const columns = [id, goodreadsId, 'title', 'authors', 'original_publication_year', 'language_code'];
  yield* itemRows(
    tableRows(path, columns),
    ([book = '', goodreads = '', title = '', authors = '', year = '', language = '']) => {
      const tags = genres.get(goodreads) ?? [];
      const attributes = {
        ...(year !== '' && { year: plainNumber(year) ?? year }),
        ...(language !== '' && { language }),
      };
      return {
        id: book,
        ...(title.trim() !== '' && { title: oneLine(title) }),
        ...(authors.trim() !== '' && { creator: oneLine(authors) }),
        ...(tags.length > 0 && { tags }),
        attributes,
      };
    },
  );
}

/** The first edition's `id` and `book_id` are `book_id` and `goodreads_book_id` in the second. */
function bookColumns(header: readonly string[]): BookColumns {
  return header.includes('goodreads_book_id')
    ? { id: 'book_id', goodreadsId: 'goodreads_book_id' }
    : { id: 'id', goodreadsId: 'book_id' };
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

/** The genre of each tag; `undefined` for a tag that is none. */
async function genresByTag(
  { name, path }: PlacedFile,
  tallyOf: TallyOf,
): Promise<ReadonlyMap<string, string | undefined>> {
  const tally = tallyOf(name);
  const genres = new Map<string, string | undefined>();
  for await (const rows of tableRows(path, ['tag_id', 'tag_name'])) {
    for (const row of rows) {
      if ('problem' in row) tally.addBad(row.line, row.problem);
      else {
        tally.good++;
        genres.set(row.cells[0] ?? '', genreOf(row.cells[1] ?? ''));
      }
    }
    tally.endBatch();
  }
  tally.end();
  return genres;
}

async function genresByBook(
  { name, path }: PlacedFile,
  { genreByTag, tallyOf }: { genreByTag: ReadonlyMap<string, string | undefined>; tallyOf: TallyOf },
): Promise<ReadonlyMap<string, readonly string[]>> {
  const tally = tallyOf(name);
  const shelves = new Map<string, ShelfCount[]>();
  for await (const rows of tableRows(path, ['goodreads_book_id', 'tag_id', 'count'])) {
    for (const row of rows) {
      if ('problem' in row) {
        tally.addBad(row.line, row.problem);
        continue;
      }
      const [book = '', tag = '', countText = ''] = row.cells;
      const count = plainNumber(countText);
      if (count === undefined) tally.addBad(row.line, { field: 'count', reason: 'must be a number' });
      else if (!genreByTag.has(tag)) tally.addBad(row.line, { field: 'tag_id', reason: 'is not in tags.csv' });
      else {
        tally.good++;
        const genre = genreByTag.get(tag);
        // The public files have a few counts below 1.
        if (genre !== undefined && count > 0) addShelf(shelves, book, { genre, count });
      }
    }
    tally.endBatch();
  }
  tally.end();
  return new Map([...shelves].map(([book, counts]) => [book, topGenres(counts, GENRES_MAX)]));
}

function addShelf(shelves: Map<string, ShelfCount[]>, book: string, shelf: ShelfCount): void {
  const known = shelves.get(book);
  if (known === undefined) shelves.set(book, [shelf]);
  else known.push(shelf);
}
