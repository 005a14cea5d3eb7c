/** A set of small integers, one bit each. */
export interface RowSet {
  readonly count: number;
  has(row: number): boolean;
  /** Visits the rows, rising. Cost: O(largest row / 32 + count). */
  forEach(visit: (row: number) => void): void;
}

export interface MutableRowSet extends RowSet {
  add(row: number): void;
  delete(row: number): void;
}

export function createRowSet(): MutableRowSet {
  let words = new Uint32Array(16);
  let count = 0;
  const has = (row: number): boolean => ((words[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0;
  return {
    get count() {
      return count;
    },
    has,
    forEach(visit) {
      for (let i = 0; i < words.length; i++) {
        for (let word = words[i]!; word !== 0; word &= word - 1) visit(i * 32 + 31 - Math.clz32(word & -word));
      }
    },
    add(row) {
      if (has(row)) return;
      if (row >>> 5 >= words.length) {
        const larger = new Uint32Array(Math.max(words.length * 2, (row >>> 5) + 1));
        larger.set(words);
        words = larger;
      }
      words[row >>> 5]! |= 1 << (row & 31);
      count++;
    },
    delete(row) {
      if (!has(row)) return;
      words[row >>> 5]! &= ~(1 << (row & 31));
      count--;
    },
  };
}
