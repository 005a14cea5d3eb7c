import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll } from 'vitest';

/** A folder of the test file at hand; it is deleted when that file's tests are over. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kindred-files-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file, compressed where its name ends in `.gz`. @returns Its path. */
export function writeTestFile(folder: string, name: string, content: string | Buffer): string {
  const path = join(folder, name);
  const bytes = Buffer.from(content);
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(bytes) : bytes);
  return path;
}
