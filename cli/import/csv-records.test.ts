import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CsvRecord, CsvRecordReader, type Delimiter } from './csv-records.ts';

function recordsOf(text: string, delimiter: Delimiter = ','): CsvRecord[] {
  const reader = new CsvRecordReader(delimiter);
  const lines = text.split('\n').map((line, index) => ({ line: index + 1, text: line }));
  return [...reader.read(lines), ...reader.end()];
}

test('gives a record of several lines its first line and its last', () => {
  expect(recordsOf('a,b\n"two\n\nlines",c\nd,"e ""f"""')).toEqual([
    { line: 1, lastLine: 1, cells: ['a', 'b'] },
    { line: 2, lastLine: 4, cells: ['two\n\nlines', 'c'] },
    { line: 5, lastLine: 5, cells: ['d', 'e "f"'] },
  ]);
});

test('leaves blank lines out and carriage returns at the end of a record off', () => {
  expect(recordsOf('a,b\r\n\r\n  \n"c\r\nd",e\r\n')).toEqual([
    { line: 1, lastLine: 1, cells: ['a', 'b'] },
    { line: 4, lastLine: 5, cells: ['c\r\nd', 'e'] },
  ]);
});

test('a quote that is not closed costs its line alone', () => {
  expect(recordsOf('a,b\nc,"d\ne,f\ng,h')).toEqual([
    { line: 1, lastLine: 1, cells: ['a', 'b'] },
    { line: 2, lastLine: 2, reason: 'opens a quote that is not closed' },
    { line: 3, lastLine: 3, cells: ['e', 'f'] },
    { line: 4, lastLine: 4, cells: ['g', 'h'] },
  ]);
});

test('tells broken quotes by line and reads the lines around them', () => {
  expect(recordsOf('5" pipe,a\n"b" c,d\ne,f')).toEqual([
    { line: 1, lastLine: 1, reason: 'has a quote within a field that does not begin with one' },
    { line: 2, lastLine: 2, reason: 'has text between the end of a quoted field and the next separator' },
    { line: 3, lastLine: 3, cells: ['e', 'f'] },
  ]);
  expect(recordsOf('"a\nb" c,d\ne,f').map(({ line }) => line)).toEqual([1, 2, 3]);
});

test('ends a record that is open for 1 MiB', () => {
  const reader = new CsvRecordReader(',');
  const lines = Array.from({ length: 300 }, (_, index) => ({ line: index + 2, text: 'x'.repeat(5_000) }));
  const records = reader.read([{ line: 1, text: '"a' }, ...lines]);
  expect(records[0]).toEqual({ line: 1, lastLine: 1, reason: 'opens a quote that is not closed' });
  expect(records).toHaveLength(301);
});

test('goes on after a line that cannot be read, within quotes or not', () => {
  const reader = new CsvRecordReader('\t');
  const unreadable = { line: 2, reason: 'is not UTF-8' };
  expect(reader.read([{ line: 1, text: '"a' }, unreadable, { line: 3, text: 'b\tc' }])).toEqual([
    { line: 1, lastLine: 1, reason: 'opens a quote that is not closed' },
    { line: 2, lastLine: 2, reason: 'is not UTF-8' },
    { line: 3, lastLine: 3, cells: ['b', 'c'] },
  ]);
});

test('takes no longer for a file of nothing but broken quotes', () => {
  for (const line of [',"a","', '"', '"a""', 'a,"b', '","', '"""']) {
    const count = 10_000;
    const records = recordsOf(`${line}\n`.repeat(count));
    expect(records.length).toBeLessThanOrEqual(count);
    expect(records.at(-1)?.lastLine).toBe(count);
  }
});

// Texts that are mostly quotes, broken in every way.
const anyText = fc.string({ unit: fc.constantFrom('a', '"', '"', ',', '\n', '\r'), maxLength: 60 });

test('reads the same records however the lines arrive', () => {
  fc.assert(
    fc.property(anyText, (content) => {
      const oneByOne = new CsvRecordReader(',');
      const records = content.split('\n').flatMap((line, index) => oneByOne.read([{ line: index + 1, text: line }]));
      records.push(...oneByOne.end());
      expect(records).toEqual(recordsOf(content));
    }),
    { numRuns: 2_000 },
  );
});

test('reads the same records when it begins after any of them', () => {
  fc.assert(
    fc.property(anyText, (content) => {
      const records = recordsOf(content);
      const lines = content.split('\n').map((line, index) => ({ line: index + 1, text: line }));
      for (const [index, { lastLine }] of records.entries()) {
        const reader = new CsvRecordReader(',');
        const after = [...reader.read(lines.slice(lastLine)), ...reader.end()];
        expect(after).toEqual(records.slice(index + 1));
      }
    }),
    { numRuns: 500 },
  );
});
