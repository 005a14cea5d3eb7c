/** A sparse matrix by rows (CSR): row `r` holds `columns[starts[r] … starts[r + 1])` with the `values` beside them. */
export interface SparseRows {
  /** Shape `[rows + 1]`, from 0, rising. */
  readonly starts: Int32Array<ArrayBuffer>;
  readonly columns: Int32Array<ArrayBuffer>;
  readonly values: Float32Array<ArrayBuffer>;
}

/** The number of rows, empty ones included. */
export function rowCountOf({ starts }: SparseRows): number {
  return starts.length - 1;
}

/**
 * Adds `factor` times a row to `into`, shape `[columns]`; nothing where there is no such row.
 * Cost: O(entries of the row).
 */
export function addRow({ starts, columns, values }: SparseRows, row: number, factor: number, into: Float32Array): void {
  const end = starts[row + 1] ?? 0;
  for (let i = starts[row] ?? 0; i < end; i++) {
    const column = columns[i]!;
    into[column] = into[column]! + factor * values[i]!;
  }
}

/** Raises what `into` holds, shape `[columns]`, to `factor` times the row where that is larger. */
export function raiseToRow(
  { starts, columns, values }: SparseRows,
  row: number,
  factor: number,
  into: Float32Array,
): void {
  const end = starts[row + 1] ?? 0;
  for (let i = starts[row] ?? 0; i < end; i++) {
    const column = columns[i]!;
    into[column] = Math.max(into[column]!, factor * values[i]!);
  }
}

/** The value of one element; 0 where nothing is stored. Columns of a row may stand in any order. Cost: O(entries of the row). */
export function elementOf({ starts, columns, values }: SparseRows, row: number, column: number): number {
  const end = starts[row + 1] ?? 0;
  for (let i = starts[row] ?? 0; i < end; i++) if (columns[i] === column) return values[i]!;
  return 0;
}

/** The same matrix with rows and columns exchanged; the columns of each new row rise. Cost: O(entries + columns). */
export function transposed({ starts, columns, values }: SparseRows, columnCount: number): SparseRows {
  const turned = {
    starts: new Int32Array(columnCount + 1),
    columns: new Int32Array(columns.length),
    values: new Float32Array(values.length),
  };
  for (const column of columns) turned.starts[column + 1]!++;
  for (let column = 0; column < columnCount; column++) turned.starts[column + 1]! += turned.starts[column]!;
  const next = turned.starts.slice();
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let i = starts[row]!; i < starts[row + 1]!; i++) {
      const place = next[columns[i]!]!++;
      turned.columns[place] = row;
      turned.values[place] = values[i]!;
    }
  }
  return turned;
}

/** Puts rows together one after another, without knowing before how many entries there will be. */
export class SparseRowsBuilder {
  readonly #starts: Int32Array<ArrayBuffer>;
  #rows = 0;
  #columns = new Int32Array(1_024);
  #values = new Float32Array(1_024);
  #count = 0;

  constructor(rowCount: number) {
    this.#starts = new Int32Array(rowCount + 1);
  }

  /** Adds an entry to the row at hand. */
  add(column: number, value: number): void {
    if (this.#count === this.#columns.length) this.#grow();
    this.#columns[this.#count] = column;
    this.#values[this.#count++] = value;
  }

  endRow(): void {
    this.#starts[++this.#rows] = this.#count;
  }

  /** Rows that were not ended are empty. */
  done(): SparseRows {
    this.#starts.fill(this.#count, this.#rows + 1);
    return {
      starts: this.#starts,
      columns: this.#columns.slice(0, this.#count),
      values: this.#values.slice(0, this.#count),
    };
  }

  #grow(): void {
    const columns = new Int32Array(2 * this.#count);
    columns.set(this.#columns);
    this.#columns = columns;
    const values = new Float32Array(2 * this.#count);
    values.set(this.#values);
    this.#values = values;
  }
}
