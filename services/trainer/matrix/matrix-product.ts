/**
 * Multiplies dense matrices, row by row in memory, in single precision.
 * @param a  Shape `[rows, inner]`.
 * @param b  Shape `[inner, columns]`.
 * @param into  Shape `[rows, columns]`; overwritten.
 */
export type MatrixProduct = (product: {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly into: Float32Array;
}) => Promise<void>;
