/** A set of small integers, one bit each. */
export interface RowSet {
  readonly count: number;
  has(row: number): boolean;
  /** Visits the rows, rising. Cost: O(largest row / 32 + count). */
  forEach(visit: (row: number) => void): void;
}

/** A row set that grows with its largest row. Cost: O(1) per row added, deleted or asked for, amortized. */
export class MutableRowSet implements RowSet {
  #words = new Uint32Array(16);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  has(row: number): boolean {
    return ((this.#words[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0;
  }

  forEach(visit: (row: number) => void): void {
    const words = this.#words;
    for (let i = 0; i < words.length; i++) {
      for (let word = words[i]!; word !== 0; word &= word - 1) visit(i * 32 + 31 - Math.clz32(word & -word));
    }
  }

  add(row: number): void {
    if (this.has(row)) return;
    if (row >>> 5 >= this.#words.length) {
      const larger = new Uint32Array(Math.max(this.#words.length * 2, (row >>> 5) + 1));
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[row >>> 5]! |= 1 << (row & 31);
    this.#count++;
  }

  delete(row: number): void {
    if (!this.has(row)) return;
    this.#words[row >>> 5]! &= ~(1 << (row & 31));
    this.#count--;
  }
}
