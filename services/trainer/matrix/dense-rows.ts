/** A dense matrix by rows, in one array. */
export interface DenseRows {
  /** Columns: the length of each row, at least 1. */
  readonly dimensions: number;
  /** Shape `[rows, dimensions]`. */
  readonly vectors: Float32Array<ArrayBuffer>;
}

/**
 * Chosen rows, each times the scale of its own number.
 * @param scales  Shape `[rows]`, by the number of the row in the whole matrix.
 * @param rowCount  Rows of the result, at least `chosen.length`; rows past the last chosen are 0.
 * @returns Shape `[rowCount, dimensions]`.
 */
export function scaledRows(
  { dimensions, vectors }: DenseRows,
  chosen: readonly number[],
  scales: Float32Array,
  rowCount = chosen.length,
): Float32Array<ArrayBuffer> {
  const scaled = new Float32Array(rowCount * dimensions);
  for (const [row, number] of chosen.entries()) {
    for (let d = 0; d < dimensions; d++) {
      scaled[row * dimensions + d] = scales[number]! * vectors[number * dimensions + d]!;
    }
  }
  return scaled;
}

/** The transpose of a matrix of shape `[rows, columns]`, written to `into`, shape `[columns, rows]`. */
export function transposeInto(matrix: Float32Array, rows: number, into: Float32Array): void {
  const columns = matrix.length / rows;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) into[column * rows + row] = matrix[row * columns + column]!;
  }
}
