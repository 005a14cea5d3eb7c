import { join, resolve } from 'node:path';
import { databaseUrlSchema, folderSchema, readConfig } from '@kindred/shared/platform/config';
import { type HttpConfig, httpConfigOf, httpVariables, requireKey } from '@kindred/shared/platform/http/http-config';
import { z } from 'zod';
import { type IndexEngineName, indexVariables } from './index-variables.ts';

const schema = z
  .object({
    ...httpVariables(8082),
    ...indexVariables,
    DATABASE_URL: databaseUrlSchema,
    KINDRED_DATA_DIR: folderSchema.default(resolve('.kindred')),
  })
  .superRefine(requireKey);

export interface IndexConfig extends HttpConfig {
  readonly databaseUrl: string;
  readonly engine: IndexEngineName;
  /** Folder of the snapshots; replicas on one machine need one each. */
  readonly folder: string;
}

/** @throws {ConfigError} with every mistake at once. */
export function readIndexConfig(environment: Readonly<Record<string, string | undefined>>): IndexConfig {
  const read = readConfig(schema, environment);
  return {
    ...httpConfigOf(read),
    databaseUrl: read.DATABASE_URL,
    engine: read.KINDRED_INDEX_ENGINE,
    folder: join(read.KINDRED_DATA_DIR, 'index'),
  };
}
