import { expect, test } from 'vitest';
import { functionLengths } from './function-lengths.ts';
import { parseSource } from './source-file.ts';

const measured = (text: string) =>
  functionLengths(parseSource('shared/any.ts', text)).map(({ name, line, lines }) => ({ name, line, lines }));

test('counts from the signature to the closing bracket, without the doc comment', () => {
  expect(
    measured('/** Adds. */\nexport function add(a: number, b: number) {\n\n  // sum\n  return a + b;\n}\n'),
  ).toEqual([{ name: 'add', line: 2, lines: 5 }]);
});

test('counts a function inside another in both', () => {
  expect(measured('const outer = () => {\n  const inner = () => {\n    return 1;\n  };\n  return inner;\n};')).toEqual([
    { name: 'outer', line: 1, lines: 6 },
    { name: 'inner', line: 2, lines: 3 },
  ]);
});

test('names methods, accessors, private methods and constructors by their class', () => {
  const text = 'class Pool {\n  constructor() {}\n  get size() { return 0; }\n  #close() {}\n  open = () => {};\n}';
  expect(measured(text).map(({ name }) => name)).toEqual(['Pool.constructor', 'Pool.size', 'Pool.#close', 'Pool.open']);
});

test('names functions that are passed on by their call', () => {
  expect(measured('list\n  .map((x) => x);').map(({ name }) => name)).toEqual(['callback of list .map']);
});

test('passes over signatures, overloads and types without a body', () => {
  const text = 'interface A { b(): void }\ntype F = () => void;\nfunction f(a: string): void;\nfunction f(): void {}\n';
  expect(measured(text)).toEqual([{ name: 'f', line: 4, lines: 1 }]);
});
