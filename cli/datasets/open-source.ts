import { basename } from 'node:path';
import { csvSource } from './csv-source.ts';
import { goodbooksSource } from './goodbooks-source.ts';
import { movielensSource } from './movielens-source.ts';
import type { Source, TallyOf } from './source.ts';
import type { SourceChoice } from './source-choice.ts';

/**
 * Finds the files of a source and reads those that the others need.
 * @param folder  Absolute.
 * @param name  The data set's; `undefined` for the source's own, which for tables of the user is the folder's.
 * @throws {DataError} when a file is missing or cannot be used.
 */
export async function openSource(
  choice: SourceChoice,
  { folder, name, tallyOf }: { readonly folder: string; readonly name: string | undefined; readonly tallyOf: TallyOf },
): Promise<Source> {
  switch (choice.kind) {
    case 'goodbooks':
      return named(await goodbooksSource(folder, tallyOf), name);
    case 'movielens':
      return named(await movielensSource(folder), name);
    case 'csv':
      return csvSource(folder, name ?? catalogNameOf(basename(folder)), choice.options);
  }
  return choice satisfies never;
}

function named(source: Source, name: string | undefined): Source {
  return name === undefined ? source : { ...source, name };
}

/** A folder's name as a catalog may be called. */
function catalogNameOf(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
  return name === '' ? 'dataset' : name;
}
