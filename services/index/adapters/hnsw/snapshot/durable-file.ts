import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Size and checksum of a file. */
export interface FileSum {
  readonly bytes: number;
  readonly sha256: string;
}

const CHUNK_BYTES = 1 << 20;

/**
 * Writes a new file, brings it to disk and reads it back.
 * @throws Error when the file does not read as it was written.
 */
export async function writeDurably(path: string, chunks: Iterable<Uint8Array>): Promise<FileSum> {
  const hash = createHash('sha256');
  {
    await using file = await open(path, 'wx');
    for (const chunk of chunks) {
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  }
  const written = hash.digest('hex');
  const sum = await sumOf(path);
  if (sum.sha256 !== written) throw new Error(`${path} does not read as it was written`);
  return sum;
}

/** Brings a file that was written by other means, or the entries of a folder, to disk. */
export async function syncPath(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}

/** Size and checksum of a file as it reads now. Cost: about 1 ms per megabyte, with pauses for other work. */
export async function sumOf(path: string): Promise<FileSum> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of readChunks(path, CHUNK_BYTES)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Reads a file in chunks of equal size, the last one excepted. A chunk is valid until the next is asked for. */
export async function* readChunks(path: string, chunkBytes: number): AsyncGenerator<Buffer> {
  await using file = await open(path, 'r');
  const buffer = Buffer.alloc(chunkBytes);
  for (let at = 0; ; ) {
    let filled = 0;
    while (filled < chunkBytes) {
      const { bytesRead } = await file.read(buffer, filled, chunkBytes - filled, at);
      if (bytesRead === 0) break;
      filled += bytesRead;
      at += bytesRead;
    }
    if (filled > 0) yield buffer.subarray(0, filled);
    if (filled < chunkBytes) return;
  }
}
