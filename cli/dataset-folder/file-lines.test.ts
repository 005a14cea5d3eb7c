import { ROW_BYTES_MAX } from '@kindred/shared/platform/row-bytes';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FileLine, readLines } from './file-lines.ts';
import { testFolder, writeTestFile } from './test-folder.ts';

const folder = testFolder();

async function linesOf(content: string | Buffer, name = 'lines.txt'): Promise<FileLine[]> {
  const lines: FileLine[] = [];
  for await (const batch of readLines(writeTestFile(folder, name, content))) lines.push(...batch);
  return lines;
}

test('numbers lines from 1, blank ones too, and needs no line end at the last', async () => {
  expect(await linesOf('a\n\n c')).toEqual([
    { line: 1, text: 'a' },
    { line: 2, text: '' },
    { line: 3, text: ' c' },
  ]);
  expect(await linesOf('a\n')).toEqual([{ line: 1, text: 'a' }]);
  expect(await linesOf('')).toEqual([]);
});

test('takes a byte order mark off the first line only and keeps carriage returns', async () => {
  expect(await linesOf('\ufeffa\r\n\ufeffb\r\n')).toEqual([
    { line: 1, text: 'a\r' },
    { line: 2, text: '\ufeffb\r' },
  ]);
});

test('reads a compressed file as its content', async () => {
  expect(await linesOf('ä\nb\n', 'lines.txt.gz')).toEqual([
    { line: 1, text: 'ä' },
    { line: 2, text: 'b' },
  ]);
});

test('tells a line that is not UTF-8 and reads the others', async () => {
  const bytes = Buffer.concat([Buffer.from('a\nb\n'), Buffer.from([0xff, 0x0a]), Buffer.from('d\ne')]);
  expect(await linesOf(bytes)).toEqual([
    { line: 1, text: 'a' },
    { line: 2, text: 'b' },
    { line: 3, reason: 'is not UTF-8' },
    { line: 4, text: 'd' },
    { line: 5, text: 'e' },
  ]);
});

test('reads a line that is not UTF-8 as Latin-1 where that is asked for, the others as UTF-8', async () => {
  const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
  const bytes = Buffer.concat([latin1('Élan\n'), Buffer.from('Œuvre\n'), latin1('né\n'), latin1('fin à')]);
  const lines: FileLine[] = [];
  for await (const batch of readLines(writeTestFile(folder, 'mixed.txt', bytes), 'utf8-or-latin1'))
    lines.push(...batch);
  expect(lines.map((line) => ('text' in line ? line.text : line.reason))).toEqual(['Élan', 'Œuvre', 'né', 'fin à']);
});

test('passes over the text of a line above the limit', async () => {
  const longest = 'x'.repeat(ROW_BYTES_MAX);
  expect(await linesOf(`a\n${longest}\n${longest}y\nb`)).toEqual([
    { line: 1, text: 'a' },
    { line: 2, text: longest },
    { line: 3, reason: 'is above 1048576 bytes' },
    { line: 4, text: 'b' },
  ]);
});

test('cuts as a split at line feeds does, wherever the chunks of the file end', async () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.integer({ min: 0, max: 300_000 }).map((size) => '€'.repeat(size)),
  );
  const clean = line.map((text) => text.replaceAll(/[\n\ufeff]/g, ''));
  await fc.assert(
    fc.asyncProperty(fc.array(clean, { minLength: 1, maxLength: 12 }), async (texts) => {
      const lines = await linesOf(`${texts.join('\n')}\n`);
      expect(lines).toEqual(texts.map((text, index) => ({ line: index + 1, text })));
    }),
    { numRuns: 25 },
  );
});
