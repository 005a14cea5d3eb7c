import { z } from 'zod';

/** Named arrays of numbers and a JSON value, as one sequence of bytes. */
export interface ArrayFile {
  /** JSON. */
  readonly about: unknown;
  readonly arrays: Readonly<Record<string, NumberArray>>;
}

/** Arrays that a file can hold. */
export type NumberArray = Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

const KINDS = { int32: Int32Array, float32: Float32Array, uint8: Uint8Array } as const;
type Kind = keyof typeof KINDS;
const headerSchema = z.object({
  about: z.unknown(),
  arrays: z.array(z.object({ name: z.string(), kind: z.enum(['int32', 'float32', 'uint8']), length: z.int().min(0) })),
});
const MAGIC = Buffer.from('KINDRED1');
/** Arrays begin at multiples of this, so that they can be read in place. */
const ALIGNMENT = 8;

/** Little-endian: `MAGIC`, the length of the header, the header as JSON, and each array, aligned. Cost: one copy. */
export function encodeArrayFile({ about, arrays }: ArrayFile): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(arrays);
  const header = Buffer.from(
    JSON.stringify({
      about,
      arrays: entries.map(([name, array]) => ({ name, kind: kindOf(array), length: array.length })),
    }),
  );
  const start = aligned(MAGIC.length + 4 + header.length);
  const size = entries.reduce((end, [, array]) => end + aligned(array.byteLength), start);
  const bytes = new Uint8Array(size);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(MAGIC.length, header.length, true);
  bytes.set(header, MAGIC.length + 4);
  let end = start;
  for (const [, array] of entries) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), end);
    end += aligned(array.byteLength);
  }
  return bytes;
}

/**
 * Reads what `encodeArrayFile` wrote; the arrays share the memory of `bytes`, which must begin its buffer.
 * @throws {RangeError} when the bytes are not such a file, or not all of one.
 */
export function decodeArrayFile(bytes: Uint8Array<ArrayBuffer>): ArrayFile {
  const headerLength =
    bytes.length < MAGIC.length + 4 || !MAGIC.equals(bytes.subarray(0, MAGIC.length))
      ? undefined
      : new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  if (headerLength === undefined) throw new RangeError('these bytes are no array file');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + MAGIC.length + 4, headerLength).toString('utf8');
  const header = headerSchema.parse(JSON.parse(text));
  const arrays: Record<string, NumberArray> = {};
  let start = aligned(MAGIC.length + 4 + headerLength);
  for (const { name, kind, length } of header.arrays) {
    const array = new KINDS[kind](bytes.buffer, bytes.byteOffset + start, length);
    arrays[name] = array;
    start += aligned(array.byteLength);
  }
  return { about: header.about, arrays };
}

function kindOf(array: NumberArray): Kind {
  if (array instanceof Int32Array) return 'int32';
  return array instanceof Float32Array ? 'float32' : 'uint8';
}

const aligned = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;
