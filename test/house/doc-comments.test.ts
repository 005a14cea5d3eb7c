import { expect, test } from 'vitest';
import { docComments, exportCount, undocumentedExports } from './doc-comments.ts';
import { parseSource } from './source-file.ts';

const openings = (text: string) =>
  docComments(parseSource('shared/any.ts', text)).map(({ line, opening, isHeadless }) => ({
    line,
    opening,
    isHeadless,
  }));

test('finds comments on exports, members, parameters and private functions', () => {
  const text = [
    '/** Reads rows. */',
    'export interface Reader {',
    '  /** Number of rows. */',
    '  readonly rows: number;',
    '}',
    'function own(/** In milliseconds. */ at: number) {}',
  ].join('\n');
  expect(openings(text).map(({ line, opening }) => `${line} ${opening}`)).toEqual([
    '1 Reads rows.',
    '3 Number of rows.',
    '6 In milliseconds.',
  ]);
});

test.each([
  ['What the index holds of a catalog.', true],
  ['Whoever holds the lock owns the folder.', true],
  ['Those to evaluate.', true],
  ['Of the snapshots.', true],
  ['How many items were read.', true],
  ['Whether it serves.', true],
  ['So long as it runs.', true],
  ['As many as fit.', true],
  ['Up to which change rows are kept.', true],
  ['True if it serves.', false],
  ['Offset of the first message.', false],
  ['Whole numbers.', false],
  ['How fast is the index, and how much does it find?', false],
])('knows whether a comment is headless: %s', (comment, isHeadless) => {
  expect(openings(`/** ${comment} */\nexport const a = 1;`)).toEqual([{ line: 1, opening: comment, isHeadless }]);
});

test('reads the opening past the first line break, asterisk and tag', () => {
  const text = '/**\n * @param rows  What was read.\n * @returns Rows.\n */\nexport function f(rows: string) {}';
  expect(openings(text)).toEqual([{ line: 1, opening: 'What was read.', isHeadless: true }]);
});

test('takes no other comment and no text for a doc comment', () => {
  expect(openings("/* What. */\n// What.\nconst glob = '/** What. */';\n/**/\nconst path = 'a/**/b';")).toEqual([]);
});

test('names exports without a doc comment, and no re-export', () => {
  const text = [
    '/** Documented. */',
    'export const a = 1;',
    'export const b = 2;',
    '// Not a doc comment.',
    'export async function c() {}',
    "export { d } from './d.ts';",
    'const e = 3;',
    'export default { f: 1 };',
  ].join('\n');
  const file = parseSource('shared/any.ts', text);
  expect(undocumentedExports(file)).toEqual([
    { path: 'shared/any.ts', line: 3, name: 'b' },
    { path: 'shared/any.ts', line: 5, name: 'c' },
  ]);
  expect(exportCount(file)).toBe(3);
});
