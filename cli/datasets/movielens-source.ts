import { DataError } from '../dataset-folder/data-error.ts';
import { datRows } from './dat-rows.ts';
import { type ItemRow, itemRows, type Source } from './source.ts';
import { findFiles, type PlacedFile } from './source-files.ts';
import { type TableRow, tableRows } from './table-rows.ts';

const POSITIVE_FROM = 4;
const FORMS = [
  ['ratings.csv', 'movies.csv'],
  ['ratings.dat', 'movies.dat'],
] as const;
const NO_GENRES = '(no genres listed)';
const WITH_YEAR = /^(.*)\((\d{4})(?:[-–]\d{0,4})?\)$/s;

/**
 * Opens the public files of a MovieLens edition, in the `.csv` form or in the older `.dat` form.
 * @throws {DataError} when both forms lack a file.
 */
export async function movielensSource(folder: string): Promise<Source> {
  const [ratings, movies] = await completeForm(folder);
  const columns = { user: 'userId', item: 'movieId', value: 'rating', at: 'timestamp' };
  const ratingColumns = [columns.user, columns.item, columns.value, columns.at];
  return {
    name: 'movielens',
    title: 'MovieLens: films, rated by its users',
    source: 'https://grouplens.org/datasets/movielens/',
    licence: 'research use; the README of the files has the terms',
    positiveFrom: POSITIVE_FROM,
    split: { by: 'time' },
    items: { ...movies, rows: () => filmRows(movies) },
    columns,
    interactions: { ...ratings, rows: () => rowsOf(ratings, ratingColumns) },
  };
}

async function completeForm(folder: string): Promise<readonly [PlacedFile, PlacedFile]> {
  const lacking: string[] = [];
  for (const names of FORMS) {
    const { found, missing } = await findFiles({ folder, names });
    const [ratings, movies] = found;
    if (missing.length === 0 && ratings !== undefined && movies !== undefined) return [ratings, movies];
    lacking.push(missing.join(' and '));
  }
  throw new DataError(
    `${folder} lacks ${lacking.join(', or else ')} (or the same as .gz). movielens is made from either pair, ` +
      'of any edition that has one at https://grouplens.org/datasets/movielens/.',
  );
}

function rowsOf({ name, path }: PlacedFile, columns: readonly string[]): AsyncGenerator<readonly TableRow[]> {
  return /\.dat(\.gz)?$/.test(name) ? datRows(path, columns.length) : tableRows(path, columns);
}

function filmRows(movies: PlacedFile): AsyncGenerator<readonly ItemRow[]> {
  return itemRows(rowsOf(movies, ['movieId', 'title', 'genres']), ([id = '', title = '', genres = '']) => {
    const [, name = title, year] = WITH_YEAR.exec(title.trim()) ?? [];
    const categories = genres === NO_GENRES ? [] : genres.split('|').filter((genre) => genre !== '');
    return {
      id,
      ...(name.trim() !== '' && { title: name.trim() }),
      ...(categories.length > 0 && { categories: [...new Set(categories)] }),
      ...(year !== undefined && { attributes: { year: Number(year) } }),
    };
  });
}
