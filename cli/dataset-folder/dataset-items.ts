import { type Item, itemSchema } from '@kindred/shared/catalog';
import { readDatasetInfo } from './dataset-info.ts';
import { type FileLine, readLines } from './file-lines.ts';
import { parseRow, RowError } from './row-error.ts';
import { verifiedFile } from './verified-file.ts';

/**
 * Streams the items of a data set in the file's order, after checking the file's checksum; none of a data set that has
 * identifiers only.
 * @throws {DataError} when the folder is no data set; {RowError} at the first row that is no item.
 */
export async function* readItems(folder: string): AsyncGenerator<Item> {
  const info = await readDatasetInfo(folder);
  if (info.files['items.jsonl.gz'] === undefined) return;
  const { path } = await verifiedFile(folder, info, 'items.jsonl.gz');
  for await (const lines of readLines(path)) {
    for (const line of lines) {
      if ('reason' in line || line.text.trim() !== '') yield itemOf(line, path);
    }
  }
}

function itemOf(line: FileLine, path: string): Item {
  const place = { path, line: line.line };
  if ('reason' in line) throw new RowError(place, { field: '', reason: line.reason });
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    throw new RowError(place, { field: '', reason: 'is not JSON' }, { cause: error });
  }
  return parseRow(itemSchema, value, place);
}

/**
 * Reads the ids of the new-item protocol, in the file's order, after checking the file's checksum.
 * @throws {DataError} when the folder is no data set or has no such file.
 */
export async function readColdItems(folder: string): Promise<string[]> {
  const info = await readDatasetInfo(folder);
  const { path } = await verifiedFile(folder, info, 'cold-items.txt');
  const ids: string[] = [];
  for await (const lines of readLines(path)) {
    for (const line of lines) {
      if ('reason' in line) throw new RowError({ path, line: line.line }, { field: '', reason: line.reason });
      const id = line.text.endsWith('\r') ? line.text.slice(0, -1) : line.text;
      if (id !== '') ids.push(id);
    }
  }
  return ids;
}
