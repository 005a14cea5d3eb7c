/** The side of a tile: large enough for the matrix product to be at its best, small enough for little waste at the edge. */
export const TILE = 1_024;

/**
 * A symmetric matrix of single precision in square tiles, the upper triangle of tiles only: half the memory, and every
 * tile is one contiguous operand. Tiles on the diagonal hold both halves. What lies past the last row is 0.
 */
export interface TiledMatrix {
  /** Rows and columns. */
  readonly size: number;
  /** Tiles a side. */
  readonly tileCount: number;
  /** The tile of tile row `i` and tile column `j ≥ i`, shape `[TILE, TILE]`. */
  tile(i: number, j: number): Float32Array;
  at(row: number, column: number): number;
  /** Adds to the element and to the one that mirrors it. */
  add(row: number, column: number, value: number): void;
  /** Copies a row into `into`, whose length is `size`. */
  row(row: number, into: Float32Array): void;
}

/** All zero. Memory: `2·size²` bytes and a little. */
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

  const place = (row: number, column: number): readonly [Float32Array, number] =>
    row <= column
      ? [tile(Math.floor(row / TILE), Math.floor(column / TILE)), (row % TILE) * TILE + (column % TILE)]
      : [tile(Math.floor(column / TILE), Math.floor(row / TILE)), (column % TILE) * TILE + (row % TILE)];

  return {
    size,
    tileCount,
    tile,
    row,
    at: (r, c) => {
      const [found, offset] = place(r, c);
      return found[offset]!;
    },
    add: (r, c, value) => {
      const i = Math.floor(r / TILE);
      const j = Math.floor(c / TILE);
      const within = (r % TILE) * TILE + (c % TILE);
      const mirrored = (c % TILE) * TILE + (r % TILE);
      if (i <= j) {
        const upper = tile(i, j);
        upper[within] = upper[within]! + value;
        if (i === j && r !== c) upper[mirrored] = upper[mirrored]! + value;
      } else {
        const upper = tile(j, i);
        upper[mirrored] = upper[mirrored]! + value;
      }
    },
  };
}

/** Adds `factor` times another matrix of the same size. */
export function addScaled(matrix: TiledMatrix, other: TiledMatrix, factor: number): void {
  for (let i = 0; i < matrix.tileCount; i++) {
    for (let j = i; j < matrix.tileCount; j++) {
      const tile = matrix.tile(i, j);
      const added = other.tile(i, j);
      for (let x = 0; x < tile.length; x++) tile[x] = tile[x]! + factor * added[x]!;
    }
  }
}

/** Adds each element of another matrix of the same size, those below 0 as 0, raised to a power. */
export function addPowers(matrix: TiledMatrix, other: TiledMatrix, exponent: number): void {
  for (let i = 0; i < matrix.tileCount; i++) {
    for (let j = i; j < matrix.tileCount; j++) {
      const tile = matrix.tile(i, j);
      const added = other.tile(i, j);
      for (let x = 0; x < tile.length; x++) tile[x] = tile[x]! + Math.max(0, added[x]!) ** exponent;
    }
  }
}
