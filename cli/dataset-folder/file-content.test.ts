import { renameSync, truncateSync } from 'node:fs';
import { sha256 } from '@kindred/shared/hash';
import { expect, test } from 'vitest';
import { DataError } from './data-error.ts';
import { digestOf } from './file-content.ts';
import { testFolder, writeTestFile } from './test-folder.ts';

const folder = testFolder();

test('gives the same digest for a file and its compressed form', async () => {
  const content = 'a\nb\n'.repeat(300_000);
  const wanted = { sha256: sha256(content), lineCount: 600_000 };
  expect(await digestOf(writeTestFile(folder, 'rows.tsv', content))).toEqual(wanted);
  expect(await digestOf(writeTestFile(folder, 'rows.tsv.gz', content))).toEqual(wanted);
});

test('counts a last line without a line end, and none in an empty file', async () => {
  expect((await digestOf(writeTestFile(folder, 'open.tsv', 'a\nb'))).lineCount).toBe(2);
  expect((await digestOf(writeTestFile(folder, 'empty.tsv', ''))).lineCount).toBe(0);
});

test('refuses a compressed file that was cut off, and one that is not compressed', async () => {
  const cut = writeTestFile(folder, 'cut.tsv.gz', 'a\n'.repeat(10_000));
  truncateSync(cut, 30);
  await expect(digestOf(cut)).rejects.toThrow(DataError);
  await expect(digestOf(cut)).rejects.toThrow(/cut\.tsv\.gz cannot be decompressed: unexpected end of file/);
  const plain = writeTestFile(folder, 'plain.tsv', 'a\n');
  renameSync(plain, `${plain}.gz`);
  await expect(digestOf(`${plain}.gz`)).rejects.toThrow(/incorrect header check/);
});
