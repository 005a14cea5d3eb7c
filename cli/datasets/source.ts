import type { FieldProblem } from '@kindred/shared/problem';
import type { InteractionColumns } from './interaction-row.ts';
import type { Split } from './interaction-store.ts';
import type { RowTally } from './row-tally.ts';
import type { TableRow } from './table-rows.ts';

/** An item as a source has it, not yet checked, or what is wrong with its row. */
export type ItemRow =
  | { readonly line: number; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly line: number; readonly problem: FieldProblem };

/** A file of a source whose rows stream in batches, in the file's order. */
export interface SourceFile<Row> {
  /** As bad rows name it. */
  readonly name: string;
  readonly path: string;
  rows(): AsyncGenerator<readonly Row[]>;
}

/** Public files, or a user's own, that a data set is made from. */
export interface Source {
  readonly name: string;
  readonly title: string;
  /** Where the files come from. */
  readonly source: string;
  readonly licence: string;
  /** A row with at least this value is a positive engagement. */
  readonly positiveFrom: number;
  readonly split: Split;
  /** What chooses the cold items; `undefined` for none. */
  readonly coldSalt?: string;
  /** `undefined` for a source of identifiers only. */
  readonly items?: SourceFile<ItemRow>;
  readonly columns: InteractionColumns;
  /** Cells as `columnNames` orders them. */
  readonly interactions: SourceFile<TableRow>;
}

/** Gives the tally of a file's rows, one for each name. */
export type TallyOf = (fileName: string) => RowTally;

/** Items that are made of one row each. */
export async function* itemRows(
  rows: AsyncGenerator<readonly TableRow[]>,
  fieldsOf: (cells: readonly string[]) => Readonly<Record<string, unknown>>,
): AsyncGenerator<readonly ItemRow[]> {
  for await (const batch of rows) {
    yield batch.map((row) => ('problem' in row ? row : { line: row.line, fields: fieldsOf(row.cells) }));
  }
}
