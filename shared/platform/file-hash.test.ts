import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../hash.ts';
import { fileSha256 } from './file-hash.ts';

test('hashes a file as its bytes, however many chunks they are read in', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-hash-'));
  try {
    for (const bytes of [Buffer.alloc(0), Buffer.from('abc'), Buffer.alloc(300_000, 7)]) {
      await writeFile(join(folder, 'file'), bytes);
      expect(await fileSha256(join(folder, 'file'))).toBe(sha256(bytes));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
