import { createDotKernel, type DotKernel, LANE_BYTES, PAGE_BYTES } from '@kindred/shared/numeric/dot-kernel';

/** Marks a slot whose vector is dead. */
export const NO_ROW = -1;
/** Marks a row without a vector. */
export const NO_SLOT = -1;
const PAGES_MAX = 65_536;

/**
 * Unit vectors of one space in slots that are only ever appended: a new vector for a row takes a new slot and leaves
 * the old one dead, so a slot means the same vector for as long as the store lives. Dead slots keep their memory; their
 * owner gets it back by appending the live ones to a new store.
 */
export class VectorStore {
  readonly dimensions: number;
  readonly #kernel: DotKernel;
  /** Bytes from one vector to the next. The vector aimed at lies before the first slot. */
  readonly #stride: number;
  readonly #rowOfSlot = new Integers(NO_ROW);
  readonly #slotOfRow = new Integers(NO_SLOT);
  #slots = 0;
  #size = 0;

  constructor(dimensions: number) {
    this.dimensions = dimensions;
    this.#kernel = createDotKernel();
    this.#stride = Math.ceil((dimensions * Float32Array.BYTES_PER_ELEMENT) / LANE_BYTES) * LANE_BYTES;
    this.#reserve(this.#stride);
  }

  /** Slots appended so far, the dead ones included. */
  get slots(): number {
    return this.#slots;
  }

  /** Slots that are live. */
  get size(): number {
    return this.#size;
  }

  /**
   * Puts the vector into the next slot; the row's earlier slot, if any, dies.
   * @param row  The vector's owner; `NO_ROW` appends a dead slot.
   * @param vector  Unit length, with `dimensions` finite numbers: the caller has checked.
   * @returns The slot.
   * @throws {RangeError} when the space holds as many vectors as fit into 4 GB.
   */
  append(row: number, vector: Float32Array): number {
    this.#reserve((this.#slots + 2) * this.#stride);
    const slot = this.#slots++;
    this.vectorAt(slot).set(vector);
    if (row === NO_ROW) return slot;
    this.remove(row);
    this.#rowOfSlot.set(slot, row);
    this.#slotOfRow.set(row, slot);
    this.#size++;
    return slot;
  }

  /** @returns The slot that died, or `NO_SLOT`. */
  remove(row: number): number {
    const slot = this.#slotOfRow.at(row);
    if (slot === NO_SLOT) return NO_SLOT;
    this.#slotOfRow.set(row, NO_SLOT);
    this.#rowOfSlot.set(slot, NO_ROW);
    this.#size--;
    return slot;
  }

  /** The live slot of a row, or `NO_SLOT`. */
  slotOf(row: number): number {
    return this.#slotOfRow.at(row);
  }

  /** The row of a live slot, or `NO_ROW`. */
  rowAt(slot: number): number {
    return this.#rowOfSlot.at(slot);
  }

  /** A view that is valid until the next `append`. */
  vectorAt(slot: number): Float32Array {
    return this.#viewAt((slot + 1) * this.#stride);
  }

  /** Sets the vector that `similarity` compares with. */
  aim(vector: Float32Array): void {
    this.#viewAt(0).set(vector);
  }

  /** Cosine with the vector aimed at, in [−1, 1], rounded to 32 bits. */
  similarity(slot: number): number {
    return Math.min(1, Math.max(-1, this.#kernel.dot(0, (slot + 1) * this.#stride, this.#stride)));
  }

  /** Overwrites all vectors, since the collector may free their memory at any later time. The store is of no more use. */
  erase(): void {
    new Uint8Array(this.#kernel.memory.buffer).fill(0);
  }

  #viewAt(byte: number): Float32Array {
    return new Float32Array(this.#kernel.memory.buffer, byte, this.dimensions);
  }

  /** Grows by an eighth: growing copies nothing, since the addresses are reserved from the start. */
  #reserve(bytes: number): void {
    const { memory } = this.#kernel;
    const pages = memory.buffer.byteLength / PAGE_BYTES;
    const wanted = Math.ceil(bytes / PAGE_BYTES);
    if (wanted <= pages) return;
    if (wanted > PAGES_MAX)
      throw new RangeError(`a space of ${this.dimensions} dimensions is full at ${this.#slots} vectors`);
    memory.grow(Math.min(PAGES_MAX, Math.max(wanted, pages + Math.ceil(pages / 8))) - pages);
  }
}

/** 32-bit integers that are `absent` where nothing was set. */
class Integers {
  readonly #absent: number;
  #values: Int32Array;

  constructor(absent: number) {
    this.#absent = absent;
    this.#values = new Int32Array(256).fill(absent);
  }

  at(index: number): number {
    return index < this.#values.length ? this.#values[index]! : this.#absent;
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const larger = new Int32Array(Math.max(this.#values.length * 2, index + 1)).fill(this.#absent);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[index] = value;
  }
}
