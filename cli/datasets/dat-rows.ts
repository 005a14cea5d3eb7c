import { readLines } from '../dataset-folder/file-lines.ts';
import type { TableRow } from './table-rows.ts';

const SEPARATOR = '::';

/**
 * Streams a file of MovieLens's `.dat` form in batches: cells between `::`, no header, no quotes; each line in UTF-8, or
 * else in Latin-1. Blank lines are left out.
 * @param columnCount  At least 2. Surplus cells belong to the one before the last, as a title may hold the separator.
 */
export async function* datRows(path: string, columnCount: number): AsyncGenerator<readonly TableRow[]> {
  for await (const lines of readLines(path, 'utf8-or-latin1')) {
    const rows: TableRow[] = [];
    for (const line of lines) {
      if ('reason' in line) rows.push({ line: line.line, problem: { field: '', reason: line.reason } });
      else if (line.text.trim() !== '') rows.push(rowOf(line.line, withoutReturn(line.text), columnCount));
    }
    if (rows.length > 0) yield rows;
  }
}

function rowOf(line: number, text: string, columnCount: number): TableRow {
  const cells = text.split(SEPARATOR);
  if (cells.length === columnCount) return { line, cells };
  if (cells.length < columnCount) {
    return { line, problem: { field: '', reason: `has ${cells.length} cells instead of ${columnCount}` } };
  }
  const first = cells.slice(0, columnCount - 2);
  return { line, cells: [...first, cells.slice(columnCount - 2, -1).join(SEPARATOR), cells.at(-1) ?? ''] };
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
