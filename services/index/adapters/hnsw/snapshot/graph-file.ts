import { open } from 'node:fs/promises';

/** Offsets in hnswlib 0.8's file, 64-bit little-endian unless stated; the header ends with `efConstruction`. */
const COUNT_AT = 16;
const NODE_BYTES_AT = 24;
const HEADER_BYTES = 96;
const LABEL_BYTES = 8;
const LINK_BYTES = 4;

/** The graph that a file must hold. */
export interface GraphShape {
  readonly count: number;
  readonly dimensions: number;
  readonly M: number;
}

/**
 * Checks a file that hnswlib has just written, because hnswlib reports no failed write: finds a file that is cut short or
 * is not the graph that was meant. It does not find a changed bit.
 * Cost: reads the header and the upper levels, about 5 % of the file.
 * @returns The problem, or `undefined`.
 */
export async function graphFileProblem(
  path: string,
  { count, dimensions, M }: GraphShape,
): Promise<string | undefined> {
  await using file = await open(path);
  const { size } = await file.stat();
  const nodeBytes = (2 * M + 1) * LINK_BYTES + dimensions * Float32Array.BYTES_PER_ELEMENT + LABEL_BYTES;
  const levelsAt = HEADER_BYTES + count * nodeBytes;
  if (size < levelsAt + count * LINK_BYTES) return `the graph is cut short at ${size} bytes`;
  const header = Buffer.alloc(HEADER_BYTES);
  await file.read(header, 0, HEADER_BYTES, 0);
  const seen = [header.readBigUInt64LE(COUNT_AT), header.readBigUInt64LE(NODE_BYTES_AT)].map(Number);
  if (seen[0] !== count || seen[1] !== nodeBytes) return `the graph has ${seen[0]} nodes of ${seen[1]} bytes`;
  const levels = Buffer.alloc(size - levelsAt);
  await file.read(levels, 0, levels.length, levelsAt);
  let at = 0;
  for (let node = 0; node < count; node++) {
    if (at + LINK_BYTES > levels.length) return `the graph is cut short at node ${node}`;
    at += LINK_BYTES + levels.readUInt32LE(at);
  }
  return at === levels.length ? undefined : `the graph ends at ${levelsAt + at} of ${size} bytes`;
}
