import { type FileLine, readLines } from '../dataset-folder/file-lines.ts';
import { badRow, eventIdOf, type Row, type RowKind } from './row.ts';

export interface JsonlOptions {
  readonly contentSha256: string;
  /** The last line to skip. */
  readonly afterLine: number;
  /** The kind of every row; by default the fields of each decide. */
  readonly kind?: RowKind;
}

/** Streams the rows of a JSONL file in batches. A row goes to the server as it stands; only a missing event id is added. */
export async function* jsonlRows(path: string, options: JsonlOptions): AsyncGenerator<readonly Row[]> {
  for await (const lines of readLines(path)) {
    const rows = lines
      .filter((line) => line.line > options.afterLine && ('reason' in line || line.text.trim() !== ''))
      .map((line) => rowOf(line, options));
    if (rows.length > 0) yield rows;
  }
}

function rowOf(line: FileLine, { contentSha256, kind }: JsonlOptions): Row {
  const place = { line: line.line, lastLine: line.line };
  if ('reason' in line) return badRow(place, line.reason);
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch {
    return badRow(place, 'is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return badRow(place, 'is not a JSON object');
  const ownKind = kind ?? kindOf(value);
  const needsId = ownKind === 'event' && !Object.hasOwn(value, 'id');
  const json = needsId ? JSON.stringify({ id: eventIdOf(contentSha256, line.line), ...value }) : line.text.trim();
  return { kind: ownKind, ...place, json };
}

/** No item has a user or an item: a row with one of them is an event, even where it lacks the other. */
function kindOf(value: object): RowKind {
  return Object.hasOwn(value, 'user') || Object.hasOwn(value, 'item') ? 'event' : 'item';
}
