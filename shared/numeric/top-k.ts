/** One chosen entry. */
export interface TopEntry {
  readonly index: number;
  readonly key: number;
}

/**
 * Chooses the entries with the largest keys without sorting all of them: a binary heap of `count` places, the worst on top.
 * Ties are decided by a total order of indices, so a choice does not depend on the order in which entries are offered.
 */
export class TopK {
  readonly #keys: Float64Array;
  readonly #indices: Int32Array;
  readonly #compareTies: ((left: number, right: number) => number) | undefined;
  #size = 0;

  /**
   * @param count  Number of entries to choose, at least 1.
   * @param compareTies  Orders indices with equal keys, the better one first; by default the smaller index is better.
   */
  constructor(count: number, compareTies?: (left: number, right: number) => number) {
    this.#keys = new Float64Array(count);
    this.#indices = new Int32Array(count);
    this.#compareTies = compareTies;
  }

  /** True once `count` entries have been offered. */
  get isFull(): boolean {
    return this.#size === this.#keys.length;
  }

  /** Smallest key that is kept; −∞ until `count` entries have been offered. */
  get worst(): number {
    return this.isFull ? this.#keys[0]! : Number.NEGATIVE_INFINITY;
  }

  /** @param index  An integer of 32 bits, offered at most once. Cost: O(1) for a key below `worst`, else O(log count). */
  offer(index: number, key: number): void {
    if (this.#size < this.#keys.length) {
      this.#rise(this.#size++, index, key);
    } else if (this.#isBelow(0, index, key)) {
      this.#sink(index, key);
    }
  }

  /** Gives the indices by falling key, ties by `compareTies`, and is empty afterwards. Cost: O(count log count). */
  take(): Int32Array {
    const keys = this.#keys;
    const indices = this.#indices;
    const compareTies = this.#compareTies ?? smallerFirst;
    const order = Int32Array.from({ length: this.#size }, (_, place) => place).sort(
      (a, b) => keys[b]! - keys[a]! || compareTies(indices[a]!, indices[b]!),
    );
    this.#size = 0;
    return order.map((place) => indices[place]!);
  }

  /** As `take`, with the keys. */
  takeEntries(): readonly TopEntry[] {
    const compareTies = this.#compareTies ?? smallerFirst;
    const entries: TopEntry[] = [];
    for (let place = 0; place < this.#size; place++)
      entries.push({ index: this.#indices[place]!, key: this.#keys[place]! });
    this.#size = 0;
    return entries.sort((a, b) => b.key - a.key || compareTies(a.index, b.index));
  }

  /** True if the entry at a place ranks below the given one. */
  #isBelow(place: number, index: number, key: number): boolean {
    const own = this.#keys[place]!;
    if (own !== key) return own < key;
    const compareTies = this.#compareTies;
    // Calling a default comparator instead makes choices with many ties up to twice as slow (measured on Node 24).
    return compareTies === undefined ? this.#indices[place]! > index : compareTies(this.#indices[place]!, index) > 0;
  }

  #rise(from: number, index: number, key: number): void {
    const keys = this.#keys;
    const indices = this.#indices;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#isBelow(parent, index, key)) break;
      keys[place] = keys[parent]!;
      indices[place] = indices[parent]!;
      place = parent;
    }
    keys[place] = key;
    indices[place] = index;
  }

  #sink(index: number, key: number): void {
    const keys = this.#keys;
    const indices = this.#indices;
    const size = this.#size;
    let place = 0;
    for (let child = 1; child < size; child = 2 * place + 1) {
      const right = child + 1;
      if (right < size && this.#isBelow(right, indices[child]!, keys[child]!)) child = right;
      if (!this.#isBelow(child, index, key)) break;
      keys[place] = keys[child]!;
      indices[place] = indices[child]!;
      place = child;
    }
    keys[place] = key;
    indices[place] = index;
  }
}

function smallerFirst(left: number, right: number): number {
  return left - right;
}
