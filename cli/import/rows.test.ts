import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testFolder, writeTestFile } from '../dataset-folder/test-folder.ts';
import { csvRows } from './csv-rows.ts';
import { jsonlRows } from './jsonl-rows.ts';
import type { Row } from './row.ts';

const folder = testFolder();
const contentSha256 = hash('sha256', 'content');

async function allOf(rowBatches: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of rowBatches) rows.push(...batch);
  return rows;
}

function csv(content: string, afterLine = 0): Promise<Row[]> {
  return allOf(csvRows(writeTestFile(folder, 'rows.csv', content), { delimiter: ',', contentSha256, afterLine }));
}

function jsonl(content: string, afterLine = 0): Promise<Row[]> {
  return allOf(jsonlRows(writeTestFile(folder, 'rows.jsonl.gz', content), { contentSha256, afterLine }));
}

const reasons = (rows: readonly Row[]): unknown[] =>
  rows.flatMap((row) => (row.kind === 'bad' ? [[row.line, row.problem.reason]] : []));
const sent = (rows: readonly Row[]): unknown[] =>
  rows.flatMap((row) => (row.kind === 'bad' ? [] : [[row.kind, row.line, JSON.parse(row.json)]]));

test('tells items and events of a JSONL file row by row and sends them as they are', async () => {
  const rows = await jsonl('\ufeff{"id": "a", "x": 1.0}\r\n\n{"user": "u", "item": "a", "id": "e"}\n{"user": "u"}\n');
  expect(rows.map((row) => row.kind)).toEqual(['item', 'event', 'event']);
  expect(rows[0]).toMatchObject({ line: 1, json: '{"id": "a", "x": 1.0}' });
  expect(rows[1]).toMatchObject({ line: 3, json: '{"user": "u", "item": "a", "id": "e"}' });
});

test('gives an event without an id one that depends on the content and the line alone', async () => {
  const rows = [...(await jsonl('{"user":"u","item":"a"}\n')), ...(await csv('\nuser,item,id\nu,a,\n'))];
  const ids = rows.map((row) => (row.kind === 'bad' ? undefined : JSON.parse(row.json).id));
  const idOfLine = (line: number): string => hash('sha256', `${contentSha256}:${line}`, 'base64url').slice(0, 16);
  expect(ids).toEqual([idOfLine(1), idOfLine(3)]);
});

test('tells the lines of a JSONL file that are no rows', async () => {
  expect(reasons(await jsonl('{"id": "a"\n[1]\nnull\n"a"\n{"id":"b"}\n'))).toEqual([
    [1, 'is not JSON'],
    [2, 'is not a JSON object'],
    [3, 'is not a JSON object'],
    [4, 'is not a JSON object'],
  ]);
});

test('reads a CSV file whose header has a byte order mark and carriage returns', async () => {
  expect(sent(await csv('\ufeffid,title\r\na,"A, b"\r\n\r\nb,\r\n,\r\n'))).toEqual([
    ['item', 2, { id: 'a', title: 'A, b' }],
    ['item', 4, { id: 'b' }],
  ]);
});

test('tells the rows of a CSV file that have too many cells or too few', async () => {
  expect(reasons(await csv('id,title\na\nb,B\nc,"C\nC",\nd,D\n'))).toEqual([
    [2, 'has 1 cells, the header 2'],
    [4, 'has 3 cells, the header 2'],
  ]);
});

test('refuses a CSV file without a header', async () => {
  await expect(csv('\n\n')).rejects.toThrow(/is empty: its first line must name the fields/);
  await expect(csv('id,"title\na,b\n')).rejects.toThrow(/:1: the header opens a quote/);
});

test('passes over what was acknowledged and still knows the header', async () => {
  const content = 'id,title\na,A\nb,"B\nB"\nc,C\n';
  expect(sent(await csv(content, 4))).toEqual([['item', 5, { id: 'c', title: 'C' }]]);
  expect(sent(await jsonl('{"id":"a"}\n{"id":"b"}\n', 1))).toEqual([['item', 2, { id: 'b' }]]);
});

// A cell's text has no NUL, which the API refuses, and no BOM, which a file may begin with.
const text = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('"', ',', '\t', '\n', '\r', ' ', 'é', '|'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 12,
  })
  .map((value) => value.replaceAll(/[\0\ufeff]/g, '-'));
const label = fc.stringMatching(/^[a-zé"',\n][a-z "',\n]{0,6}[a-zé"',]$/).filter((value) => value === value.trim());
const labels = fc.array(label, { minLength: 1, maxLength: 3 });
const item = fc.record(
  {
    id: text,
    title: text,
    tags: labels,
    categories: labels,
    available: fc.boolean(),
    attributes: fc.record({ year: fc.integer(), name: text.filter((value) => !/^[-\d.]+$/.test(value)) }),
  },
  { requiredKeys: ['id'] },
);
const event = fc.record(
  {
    id: text,
    user: text,
    item: text,
    type: fc.constantFrom('save', 'click'),
    value: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    position: fc.integer({ min: 1, max: 1_000_000 }),
  },
  { requiredKeys: ['id', 'user', 'item', 'type'] },
);

type Cells = Readonly<Record<string, string>>;

function cellsOf(row: Readonly<Record<string, unknown>>): Cells {
  const cells: Record<string, string> = {};
  for (const [name, value] of Object.entries(row)) {
    if (Array.isArray(value)) cells[name] = value.length === 1 ? `${value[0]}|` : value.join('|');
    else if (typeof value === 'object' && value !== null) {
      for (const [attribute, content] of Object.entries(value)) cells[`attributes.${attribute}`] = String(content);
    } else cells[name] = String(value);
  }
  return cells;
}

function written(rows: readonly Cells[], delimiter: ',' | '\t', lineEnd: string): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const quoted = (cell: string): string => (/["\r\n\t, ]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))]
    .map((cells) => cells.map(quoted).join(delimiter) + lineEnd)
    .join('');
}

test.each([
  ['items', item],
  ['events', event],
] as const)('reads any %s as they were written, as CSV, TSV and JSONL', async (_, anyRow) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyRow, { minLength: 1, maxLength: 8 }),
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom('', '.gz'),
      async (rows, lineEnd, ending) => {
        const plain = JSON.parse(JSON.stringify(rows));
        const values = (found: readonly Row[]): unknown[] =>
          found.map((row) => (row.kind === 'bad' ? row : JSON.parse(row.json)));
        const lines = writeTestFile(
          folder,
          `any.jsonl${ending}`,
          plain.map((row: unknown) => JSON.stringify(row) + lineEnd).join(''),
        );
        expect(values(await allOf(jsonlRows(lines, { contentSha256, afterLine: 0 })))).toEqual(plain);
        for (const delimiter of [',', '\t'] as const) {
          const path = writeTestFile(folder, `any.csv${ending}`, written(plain.map(cellsOf), delimiter, lineEnd));
          const found = await allOf(csvRows(path, { delimiter, contentSha256, afterLine: 0 }));
          expect(values(found)).toEqual(plain);
        }
      },
    ),
    { numRuns: 150 },
  );
});
