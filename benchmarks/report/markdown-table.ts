import { markdownTable as alignedTable } from 'markdown-table';

/**
 * A table that reads well as text too: columns are padded, and all but the first are aligned to the right.
 * @param rows  Each as long as the header.
 */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const align = header.map((_, column) => (column === 0 ? null : 'r'));
  return alignedTable([header, ...rows], { align, stringLength: codePoints });
}

/** Close enough to the width of the characters in these tables. */
function codePoints(text: string): number {
  return [...text].length;
}
