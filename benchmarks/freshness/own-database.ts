import { join } from 'node:path';
import { LocalPostgres, removeLocalPostgres } from '@kindred/infra/postgres/local-postgres';
import { migrate } from '@kindred/infra/postgres/migrate';
import type { KnownModel } from '@kindred/shared/embedding/known-models';
import { fillSyntheticCatalog } from './synthetic-catalog.ts';

export interface OwnDatabase {
  readonly url: string;
  /** Seed of the catalog in it. */
  readonly dataHash: string;
  stop(): Promise<void>;
}

/** A server with its data in a folder's `postgres`, where engines expect it: new, and filled with the synthetic catalog. */
export async function startOwnDatabase(folder: string, model: KnownModel, seed: number): Promise<OwnDatabase> {
  await removeOwnDatabase(folder);
  const postgres = await LocalPostgres.start({ folder: databaseFolder(folder) });
  const { url } = postgres;
  try {
    await migrate(url);
    const dataHash = await fillSyntheticCatalog(url, model, seed);
    return { url, dataHash, stop: () => postgres.stop() };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

export function removeOwnDatabase(folder: string): Promise<void> {
  return removeLocalPostgres(databaseFolder(folder));
}

const databaseFolder = (folder: string): string => join(folder, 'postgres');
