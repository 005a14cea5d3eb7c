/** The limit of one row, in bytes: the API takes no longer one. */
export const ROW_BYTES_MAX = 1024 * 1024;

/** Collects the parts of one row. Memory: at most the limit, since the bytes of a longer row are let go. */
export class RowBytes {
  #parts: Buffer[] = [];
  #size = 0;

  /** @param part  Kept, not copied, until the row is taken. */
  add(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > ROW_BYTES_MAX) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  isEmpty(): boolean {
    return this.#size === 0;
  }

  /** @returns True for a row of white space alone; never for one above the limit. */
  isBlank(): boolean {
    return this.#size <= ROW_BYTES_MAX && this.#parts.every(isBlank);
  }

  /** Ends the row; the next part begins another. @returns Its bytes, `undefined` above the limit. */
  take(): Buffer | undefined {
    const bytes = this.#size > ROW_BYTES_MAX ? undefined : joined(this.#parts);
    this.#parts = [];
    this.#size = 0;
    return bytes;
  }
}

/** True if no byte is above U+0020. */
export function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte <= 0x20);
}

function joined(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}
