import { createDotKernel, LANE_BYTES, PAGE_BYTES } from '@kindred/shared/numeric/dot-kernel';

/**
 * Unit vectors of one space in slots that are only ever appended: a new vector for a row takes a new slot and leaves
 * the old one dead, so a slot means the same vector for as long as the store lives. Dead slots keep their memory;
 * whoever owns the store gets it back by appending the live ones to a new store.
 */
export interface VectorStore {
  readonly dimensions: number;
  /** Slots appended so far, the dead ones included. */
  readonly slots: number;
  /** Slots that are live. */
  readonly size: number;
  /**
   * Puts the vector into the next slot; the row's earlier slot, if any, dies.
   * @param row  Whose vector it is; `NO_ROW` appends a dead slot.
   * @param vector  Of unit length, with `dimensions` finite numbers: the caller has checked.
   * @returns The slot.
   * @throws RangeError when the space holds as many vectors as fit into 4 GB.
   */
  append(row: number, vector: Float32Array): number;
  /** @returns The slot that died, or `NO_SLOT`. */
  remove(row: number): number;
  /** The live slot of a row, or `NO_SLOT`. */
  slotOf(row: number): number;
  /** The row of a live slot, or `NO_ROW`. */
  rowAt(slot: number): number;
  /** A view that is valid until the next `append`. */
  vectorAt(slot: number): Float32Array;
  /** Sets what `similarity` compares with. */
  aim(vector: Float32Array): void;
  /** Cosine with the vector aimed at, in [−1, 1], rounded to 32 bits. */
  similarity(slot: number): number;
  /** Overwrites all vectors, since the collector may take their memory at any later time. The store is of no more use. */
  erase(): void;
}

export const NO_ROW = -1;
export const NO_SLOT = -1;
const PAGES_MAX = 65_536;

export function createVectorStore(dimensions: number): VectorStore {
  const { memory, dot } = createDotKernel();
  /** The vector aimed at lies before the first slot. */
  const stride = Math.ceil((dimensions * Float32Array.BYTES_PER_ELEMENT) / LANE_BYTES) * LANE_BYTES;
  const rowOfSlot = createIntegers(NO_ROW);
  const slotOfRow = createIntegers(NO_SLOT);
  let slots = 0;
  let size = 0;

  const viewAt = (byte: number): Float32Array => new Float32Array(memory.buffer, byte, dimensions);

  /** Grows by an eighth: growing copies nothing, since the addresses are reserved from the start. */
  const reserve = (bytes: number): void => {
    const pages = memory.buffer.byteLength / PAGE_BYTES;
    const wanted = Math.ceil(bytes / PAGE_BYTES);
    if (wanted <= pages) return;
    if (wanted > PAGES_MAX) throw new RangeError(`a space of ${dimensions} dimensions is full at ${slots} vectors`);
    memory.grow(Math.min(PAGES_MAX, Math.max(wanted, pages + Math.ceil(pages / 8))) - pages);
  };

  const remove = (row: number): number => {
    const slot = slotOfRow.at(row);
    if (slot === NO_SLOT) return NO_SLOT;
    slotOfRow.set(row, NO_SLOT);
    rowOfSlot.set(slot, NO_ROW);
    size--;
    return slot;
  };

  reserve(stride);
  return {
    dimensions,
    get slots() {
      return slots;
    },
    get size() {
      return size;
    },
    append(row, vector) {
      reserve((slots + 2) * stride);
      const slot = slots++;
      viewAt((slot + 1) * stride).set(vector);
      if (row === NO_ROW) return slot;
      remove(row);
      rowOfSlot.set(slot, row);
      slotOfRow.set(row, slot);
      size++;
      return slot;
    },
    remove,
    slotOf: slotOfRow.at,
    rowAt: rowOfSlot.at,
    vectorAt: (slot) => viewAt((slot + 1) * stride),
    aim(vector) {
      viewAt(0).set(vector);
    },
    similarity: (slot) => Math.min(1, Math.max(-1, dot(0, (slot + 1) * stride, stride))),
    erase() {
      new Uint8Array(memory.buffer).fill(0);
    },
  };
}

/** 32-bit integers that are `absent` where nothing was set. */
function createIntegers(absent: number): { at(index: number): number; set(index: number, value: number): void } {
  let values = new Int32Array(256).fill(absent);
  return {
    at: (index) => (index < values.length ? values[index]! : absent),
    set(index, value) {
      if (index >= values.length) {
        const larger = new Int32Array(Math.max(values.length * 2, index + 1)).fill(absent);
        larger.set(values);
        values = larger;
      }
      values[index] = value;
    },
  };
}
