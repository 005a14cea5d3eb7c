import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '@kindred/cli/dataset-folder/data-error';
import { FolderInUseError } from '@kindred/infra/postgres/database-owner';
import { removeLocalPostgres } from '@kindred/infra/postgres/local-postgres';
import type { Item } from '@kindred/shared/catalog';
import { type CatalogId, catalogIdSchema } from '@kindred/shared/id';
import type { BenchConfig } from '../config.ts';
import type { FoundDataset } from '../datasets/find-dataset.ts';
import { benchFolder } from './bench-folder.ts';
import { type CopiedEmbeddings, readEmbeddings, storeEmbeddings } from './copied-embeddings.ts';
import { type ContentPart, datasetContent } from './import-content.ts';
import { type ImportMarker, readMarker, writeMarker } from './import-marker.ts';
import { importParts } from './imported-parts.ts';
import { withDatabase } from './with-database.ts';
import { withEngine } from './with-engine.ts';

/** A catalog in the product's own database, embedded, its events applied. No engine runs on it. */
export interface PreparedCatalog {
  readonly catalog: CatalogId;
  readonly folder: string;
  /** The moment that users are recommended to: when the import began, for rows that have no time of their own. */
  readonly startMs: number;
}

export interface PrepareOptions {
  readonly config: BenchConfig;
  readonly dataset: FoundDataset;
  /** Names the part of the training rows that is imported; goes into the folder's name. `''` for all. */
  readonly part: string;
  /** True if the training row on this line of its file is imported; the header is line 1. */
  readonly takes: (line: number) => boolean;
  /** Changes an item before it is imported; the part's name says how. */
  readonly marked?: (item: Item) => Item;
}

/** Rises when the same rows become other events. */
const IMPORT_FORM = 2;

/**
 * Imports a data set through the real engine, once: what a folder holds already is not done again, and texts that another
 * part of the data set has embedded are not embedded again.
 * @throws {DataError} when the data set's name is no catalog's, or its rows are bad.
 */
export async function prepareCatalog({
  config,
  dataset,
  part,
  takes,
  marked,
}: PrepareOptions): Promise<PreparedCatalog> {
  const { info } = dataset;
  const named = catalogIdSchema.safeParse(info.name);
  if (!named.success) {
    throw new DataError(
      `the data set's name, ${JSON.stringify(info.name)}, is no catalog's: 1 to 63 of a-z, 0-9 and -`,
    );
  }
  const catalog = named.data;
  const content = `${dataset.hash} ${config.model.name}`;
  return prepareContent({
    config,
    catalog,
    name: part === '' ? info.name : `${info.name}-${part}`,
    key: `${content} ${part} ${IMPORT_FORM}`,
    parts: () => datasetContent(dataset.folder, { catalog, takes, marked }),
    embeddings: () => embeddingsOfOther(config, catalog, content),
  });
}

export interface ContentOptions {
  readonly config: BenchConfig;
  readonly catalog: CatalogId;
  /** Name of the folder. */
  readonly name: string;
  /** Changes when anything that is imported does. */
  readonly key: string;
  readonly parts: () => Promise<readonly ContentPart[]>;
  /** Embeddings that exist already. */
  readonly embeddings: () => Promise<CopiedEmbeddings | undefined>;
}

/** Imports any content into a folder of the benchmarks, as `prepareCatalog` does. */
export async function prepareContent(options: ContentOptions): Promise<PreparedCatalog> {
  const { config, catalog, name, key } = options;
  const folder = await benchFolder(config, name);
  const marker = await markerFor(folder, key);
  if (!marker.isComplete) {
    await withEngine(config, folder, (engine) => engine.ingestion.createCatalog(catalog));
    const copied = await options.embeddings();
    if (copied !== undefined) await withDatabase(folder, (database) => storeEmbeddings(database, catalog, copied));
    const parts = await options.parts();
    const startedAt = new Date(marker.startMs).toISOString();
    await withEngine(config, folder, (engine) => importParts({ engine, catalog, startedAt, parts }));
    await writeMarker(folder, { ...marker, isComplete: true });
  }
  return { catalog, folder, startMs: marker.startMs };
}

/** The marker of this import; what another one left in the folder is deleted. */
async function markerFor(folder: string, key: string): Promise<ImportMarker> {
  const found = await readMarker(folder);
  if (found?.key === key) return found;
  await removeLocalPostgres(join(folder, 'postgres'));
  await rm(join(folder, 'index'), { recursive: true, force: true });
  const marker = { key, startMs: Date.now(), isComplete: false };
  await writeMarker(folder, marker);
  return marker;
}

/** @param content  What the key of each part of the same data set, embedded by the same model, begins with. */
async function embeddingsOfOther(
  { benchFolder: parent }: BenchConfig,
  catalog: CatalogId,
  content: string,
): Promise<CopiedEmbeddings | undefined> {
  for (const name of (await readdir(parent)).sort()) {
    const folder = join(parent, name);
    const marker = await readMarker(folder);
    if (marker?.isComplete !== true || !marker.key.startsWith(`${content} `)) continue;
    try {
      return await withDatabase(folder, (database) => readEmbeddings(database, catalog));
    } catch (error) {
      // Another run works on it.
      if (!(error instanceof FolderInUseError)) throw error;
    }
  }
  return undefined;
}
