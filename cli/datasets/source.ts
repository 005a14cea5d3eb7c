import type { FieldProblem } from '@kindred/shared/problem';
import type { InteractionColumns } from './interaction-row.ts';
import type { Split } from './interaction-store.ts';
import type { RowTally } from './row-tally.ts';
import type { TableRow } from './table-rows.ts';

/** An item as a source has it, not yet checked, or its row's problem. */
export type ItemRow =
  | { readonly line: number; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly line: number; readonly problem: FieldProblem };

/** A file of a source whose rows stream in batches, in the file's order. */
export interface SourceFile<Row> {
  /** Names the file in messages about bad rows. */
  readonly name: string;
  readonly path: string;
  rows(): AsyncGenerator<readonly Row[]>;
}

/** Files, public or a user's own, that a data set is made from. */
export interface Source {
  readonly name: string;
  readonly title: string;
  /** The files' origin, such as an address. */
  readonly source: string;
  readonly licence: string;
  /** A row with at least this value is a positive engagement. */
  readonly positiveFrom: number;
  readonly split: Split;
  /** Chooses the cold items by a hash; `undefined` for none. */
  readonly coldSalt?: string;
  /** `undefined` for a source of identifiers only. */
  readonly items?: SourceFile<ItemRow>;
  readonly columns: InteractionColumns;
  /** Its rows have their cells as `columnNames` orders them. */
  readonly interactions: SourceFile<TableRow>;
}

/** Gives the tally of a file's rows; call it once per file. */
export type TallyOf = (fileName: string) => RowTally;

/** Streams items that are made of one row each. */
export async function* itemRows(
  rows: AsyncGenerator<readonly TableRow[]>,
  fieldsOf: (cells: readonly string[]) => Readonly<Record<string, unknown>>,
): AsyncGenerator<readonly ItemRow[]> {
  for await (const batch of rows) {
    yield batch.map((row) => ('problem' in row ? row : { line: row.line, fields: fieldsOf(row.cells) }));
  }
}
