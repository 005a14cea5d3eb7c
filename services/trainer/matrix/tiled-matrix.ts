/** Side of a tile: large enough for the matrix product to be at its best, small enough to waste little at the edge. */
export const TILE = 1_024;

/**
 * A symmetric matrix of single precision in square tiles, the upper triangle of tiles only: half the memory, and every
 * tile is one contiguous operand. Tiles on the diagonal hold both halves. Elements past the last row are 0.
 */
export interface TiledMatrix {
  /** Rows and columns. */
  readonly size: number;
  /** Tiles per side. */
  readonly tileCount: number;
  /** The tile of tile row `i` and tile column `j ≥ i`, shape `[TILE, TILE]`; not a copy. */
  tile(i: number, j: number): Float32Array;
  at(row: number, column: number): number;
  /** Adds to the element and to the one that mirrors it. */
  add(row: number, column: number, value: number): void;
  /** Copies a row into `into`, whose length is `size`. */
  row(row: number, into: Float32Array): void;
}

/** Numbers for each pair of items, given a strip of `TILE` rows at a time, shape `[TILE, size]`; overwritten by the next. */
export type Strips = (strip: number) => Promise<Float32Array>;

/** A matrix of zeros. Memory: `2·size²` bytes, and up to a tile's more per tile row. */
export function tiledMatrix(size: number): TiledMatrix {
  const tileCount = Math.ceil(size / TILE);
  const tiles: (readonly Float32Array[])[] = [];
  for (let i = 0; i < tileCount; i++) {
    tiles.push(Array.from({ length: tileCount - i }, () => new Float32Array(TILE * TILE)));
  }
  const tile = (i: number, j: number): Float32Array => tiles[i]![j - i]!;

  const row = (wanted: number, into: Float32Array): void => {
    const i = Math.floor(wanted / TILE);
    const within = wanted % TILE;
    for (let column = 0; column < i * TILE; column++) {
      into[column] = tile(Math.floor(column / TILE), i)[(column % TILE) * TILE + within]!;
    }
    for (let j = i; j < tileCount; j++) {
      const start = within * TILE;
      const width = Math.min(TILE, size - j * TILE);
      into.set(tile(i, j).subarray(start, start + width), j * TILE);
    }
  };

  const at = (r: number, c: number): number => {
    const [row, column] = r <= c ? [r, c] : [c, r];
    return tile(Math.floor(row / TILE), Math.floor(column / TILE))[(row % TILE) * TILE + (column % TILE)]!;
  };

  const add = (r: number, c: number, value: number): void => {
    const i = Math.floor(r / TILE);
    const j = Math.floor(c / TILE);
    const within = (r % TILE) * TILE + (c % TILE);
    const mirrored = (c % TILE) * TILE + (r % TILE);
    if (i > j) {
      const upper = tile(j, i);
      upper[mirrored] = upper[mirrored]! + value;
      return;
    }
    const upper = tile(i, j);
    upper[within] = upper[within]! + value;
    if (i === j && r !== c) upper[mirrored] = upper[mirrored]! + value;
  };

  return { size, tileCount, tile, at, add, row };
}

/** Adds `factor` times another matrix of the same size. */
export function addScaled(matrix: TiledMatrix, other: TiledMatrix, factor: number): void {
  eachTile(matrix, other, (tile, added) => {
    for (let x = 0; x < tile.length; x++) tile[x] = tile[x]! + factor * added[x]!;
  });
}

/** Adds each element of another matrix of the same size, raised to a power; elements below 0 count as 0. */
export function addPowers(matrix: TiledMatrix, other: TiledMatrix, exponent: number): void {
  eachTile(matrix, other, (tile, added) => {
    for (let x = 0; x < tile.length; x++) tile[x] = tile[x]! + Math.max(0, added[x]!) ** exponent;
  });
}

function eachTile(
  matrix: TiledMatrix,
  other: TiledMatrix,
  change: (tile: Float32Array, added: Float32Array) => void,
): void {
  for (let i = 0; i < matrix.tileCount; i++) {
    for (let j = i; j < matrix.tileCount; j++) change(matrix.tile(i, j), other.tile(i, j));
  }
}
