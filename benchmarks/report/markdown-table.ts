/**
 * A table with its columns padded, so that it reads well as text too. Columns after the first are aligned to the right.
 * @param rows  Each as long as the header.
 */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(3, ...[title, ...rows.map((row) => row[column] ?? '')].map(widthOf)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => padded(cell, widths[column]!, column)).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

function padded(cell: string, width: number, column: number): string {
  const spaces = ' '.repeat(width - widthOf(cell));
  return column === 0 ? cell + spaces : spaces + cell;
}

/** In code points: near enough for the signs that stand in these tables. */
function widthOf(text: string): number {
  return [...text].length;
}
