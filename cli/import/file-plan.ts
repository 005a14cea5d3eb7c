import { basename } from 'node:path';
import { type CatalogId, MAIN_CATALOG } from '@kindred/shared/id';
import { DataError } from '../dataset-folder/data-error.ts';
import { digestOf } from '../dataset-folder/file-content.ts';
import { csvRows } from './csv-rows.ts';
import type { ImportPart, ImportPlan } from './import-plan.ts';
import { jsonlRows } from './jsonl-rows.ts';

/**
 * Plans one pass over one file, whose name tells its form.
 * @throws {DataError} for a name of no known form.
 */
export async function filePlan(path: string, catalog: CatalogId = MAIN_CATALOG): Promise<ImportPlan> {
  const form = formOf(path);
  const { sha256: contentSha256, lineCount } = await digestOf(path);
  const rows: ImportPart['rows'] = ({ afterLine }) => {
    switch (form) {
      case 'jsonl':
        return jsonlRows(path, { contentSha256, afterLine });
      case 'csv':
        return csvRows(path, { contentSha256, afterLine, delimiter: ',' });
      case 'tsv':
        return csvRows(path, { contentSha256, afterLine, delimiter: '\t' });
    }
    return form satisfies never;
  };
  return { catalog, contentSha256, parts: [{ fileName: basename(path), lineCount, rows }] };
}

function formOf(path: string): 'jsonl' | 'csv' | 'tsv' {
  const ending = /\.(jsonl|ndjson|csv|tsv)(\.gz)?$/i.exec(path)?.[1]?.toLowerCase();
  switch (ending) {
    case 'jsonl':
    case 'ndjson':
      return 'jsonl';
    case 'csv':
    case 'tsv':
      return ending;
    default:
      throw new DataError(`${path} must end in .jsonl, .ndjson, .csv or .tsv, or one of these and .gz`);
  }
}
