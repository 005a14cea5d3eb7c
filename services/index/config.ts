import { join, resolve } from 'node:path';
import { databaseUrlSchema, folderSchema, readConfig } from '@kindred/shared/platform/config';
import { type HttpConfig, httpConfigOf, httpVariables, requireKey } from '@kindred/shared/platform/http/http-config';
import { z } from 'zod';
import { type IndexEngineName, indexEngineVariables } from './index-variables.ts';

/** Environment variables of the index service. */
export const indexVariables = z
  .object({
    ...httpVariables(8082),
    ...indexEngineVariables,
    DATABASE_URL: databaseUrlSchema,
    KINDRED_DATA_DIR: folderSchema.default(resolve('.kindred')).meta({
      description: 'Folder of the snapshots, below `index/`; replicas on one machine need one each',
      shownDefault: '`.kindred`',
    }),
  })
  .superRefine(requireKey);

/** Configuration of the index service. */
export interface IndexConfig extends HttpConfig {
  readonly databaseUrl: string;
  readonly engine: IndexEngineName;
  /** Folder of the snapshots; replicas on one machine need one each. */
  readonly folder: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readIndexConfig(environment: Readonly<Record<string, string | undefined>>): IndexConfig {
  const read = readConfig(indexVariables, environment);
  return {
    ...httpConfigOf(read),
    databaseUrl: read.DATABASE_URL,
    engine: read.KINDRED_INDEX_ENGINE,
    folder: join(read.KINDRED_DATA_DIR, 'index'),
  };
}
