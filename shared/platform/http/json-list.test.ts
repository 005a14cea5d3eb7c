import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Problem } from '../../problem.ts';
import { rowsOfList } from './json-list.ts';
import { linesOf, type RawRow } from './row-stream.ts';

/** Cuts the bytes into pieces of the given sizes, over and over. */
async function* pieces(text: string, sizes: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0, i = 0; start < bytes.length; i++) {
    const end = start + sizes[i % sizes.length]!;
    yield bytes.subarray(start, end);
    start = end;
  }
}

async function all(rows: AsyncIterable<RawRow>): Promise<RawRow[]> {
  return Array.fromAsync(rows);
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const indent = fc.constantFrom(undefined, 1, '\t', '\r\n  ');

test('gives the rows that JSON.parse gives, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 8 }), sizes, indent, async (values, cuts, space) => {
      const text = JSON.stringify({ rows: values }, null, space);
      const rows = await all(rowsOfList(pieces(text, cuts), 'rows'));
      expect(rows.map(({ line }) => line)).toEqual(values.map((_, index) => index + 1));
      expect(rows.map(({ bytes }) => JSON.parse(bytes!.toString()))).toEqual(JSON.parse(text).rows);
    }),
  );
});

test('refuses every text that JSON.parse refuses, unless a row of it does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { maxLength: 4 }),
      fc.nat(),
      fc.string({ maxLength: 2 }),
      sizes,
      async (values, at, junk, cuts) => {
        const whole = JSON.stringify({ rows: values });
        const place = at % (whole.length + 1);
        const text = whole.slice(0, place) + junk + whole.slice(place + 1);
        const outcome = await all(rowsOfList(pieces(text, cuts), 'rows')).then(
          (rows) => rows.every(({ bytes }) => parses(bytes!.toString())),
          (error) => {
            expect(error).toBeInstanceOf(Problem);
            return false;
          },
        );
        // A text that it takes whole is JSON; it may refuse JSON of another form.
        if (outcome) expect(parses(text)).toBe(true);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('cuts lines as a plain split does, counting blank ones', async () => {
  const line = fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\n', ' '));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 10 }), sizes, async (lines, cuts) => {
      const rows = await all(linesOf(pieces(lines.join('\n'), cuts)));
      const isBlank = (text: string): boolean => Buffer.from(text).every((byte) => byte <= 0x20);
      const wanted = lines.map((text, index) => ({ line: index + 1, text })).filter(({ text }) => !isBlank(text));
      expect(rows.map(({ line: number, bytes }) => ({ line: number, text: bytes!.toString() }))).toEqual(wanted);
    }),
  );
});

test('leaves out a row above the limit and goes on', async () => {
  const text = `{"rows":["${'x'.repeat(1_100_000)}",2]}`;
  const rows = await all(rowsOfList(pieces(text, [65_536]), 'rows'));
  expect(rows).toEqual([
    { line: 1, bytes: undefined },
    { line: 2, bytes: Buffer.from('2') },
  ]);
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
