import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll } from 'vitest';

/** Makes a folder for the test file at hand; it is deleted after that file's last test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kindred-files-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file, compressed if its name ends in `.gz`. @returns Its path. */
export function writeTestFile(folder: string, name: string, content: string | Buffer): string {
  const path = join(folder, name);
  const bytes = Buffer.from(content);
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(bytes) : bytes);
  return path;
}
