import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutLines, linesIn } from './line-cutter.ts';
import { ROW_BYTES_MAX } from './row-bytes.ts';

async function linesOf(chunks: readonly (string | Buffer)[]): Promise<(string | undefined)[]> {
  const lines: (string | undefined)[] = [];
  const stream = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  for await (const batch of cutLines(stream)) for (const line of linesIn(batch)) lines.push(line?.toString());
  return lines;
}

test('cuts as a split at line feeds does, wherever the chunks end', async () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' '));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat(12)),
      fc.boolean(),
      async (lines, sizes, endsInNewline) => {
        const bytes = Buffer.from(lines.join('\n') + (endsInNewline ? '\n' : ''));
        const chunks: Buffer[] = [];
        let start = 0;
        for (const size of [...sizes, bytes.length]) {
          chunks.push(bytes.subarray(start, start + size));
          start += size;
        }
        const wanted = endsInNewline || lines.at(-1) !== '' ? lines : lines.slice(0, -1);
        expect(await linesOf(chunks)).toEqual(wanted);
      },
    ),
  );
});

test('passes over a line above the limit, within one chunk or over several, and reads on', async () => {
  const longest = 'x'.repeat(ROW_BYTES_MAX);
  const wanted = ['a', undefined, longest, 'b', undefined];
  const content = `a\n${longest}y\n${longest}\nb\n${longest}z`;
  expect(await linesOf([content])).toEqual(wanted);
  expect(await linesOf(content.match(/[\s\S]{1,300000}/g) ?? [])).toEqual(wanted);
});

test('gives no line for a stream of nothing', async () => {
  expect(await linesOf([])).toEqual([]);
  expect(await linesOf([''])).toEqual([]);
});
