/**
 * Chooses the entries with the largest keys, without sorting all: a heap of `count` places.
 * Ties go to the smaller index, so that a choice does not depend on the order in which it was offered.
 */
export class TopK {
  readonly #keys: Float64Array;
  readonly #indices: Int32Array;
  #size = 0;

  /** @param count  How many are chosen, at least 1. */
  constructor(count: number) {
    this.#keys = new Float64Array(count);
    this.#indices = new Int32Array(count);
  }

  /** Cost: O(log count), and O(1) for a key below all that are chosen. */
  offer(index: number, key: number): void {
    if (this.#size < this.#keys.length) {
      this.#rise(this.#size++, index, key);
    } else if (this.#isBelow(0, index, key)) {
      this.#sink(index, key);
    }
  }

  /** Gives the indices by falling key, ties by index, and is empty afterwards. */
  take(): Int32Array {
    const order = Int32Array.from({ length: this.#size }, (_, place) => place).sort(
      (a, b) => this.#keys[b]! - this.#keys[a]! || this.#indices[a]! - this.#indices[b]!,
    );
    const taken = order.map((place) => this.#indices[place]!);
    this.#size = 0;
    return taken;
  }

  /** Whether the entry at a place ranks below the given one. */
  #isBelow(place: number, index: number, key: number): boolean {
    const own = this.#keys[place]!;
    return own < key || (own === key && this.#indices[place]! > index);
  }

  #rise(from: number, index: number, key: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#isBelow(parent, index, key)) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#put(place, index, key);
  }

  #sink(index: number, key: number): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      if (right < this.#size && this.#isBelow(right, this.#indices[child]!, this.#keys[child]!)) child = right;
      if (!this.#isBelow(child, index, key)) break;
      this.#move(child, place);
      place = child;
    }
    this.#put(place, index, key);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#indices[from]!, this.#keys[from]!);
  }

  #put(place: number, index: number, key: number): void {
    this.#indices[place] = index;
    this.#keys[place] = key;
  }
}
