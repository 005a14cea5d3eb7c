import { expect, test } from 'vitest';
import { apiTexts } from './api-texts.ts';
import { parseSource } from './source-file.ts';

test('finds descriptions and summaries, and which of them are headless', () => {
  const text = [
    "const at = z.string().meta({ description: 'When it happened' });",
    "const route = { summary: 'Write one item', answers: { 200: { description: `At most 5` } } };",
    "const item = { title: 'What is it', description: z.string(), summary };",
  ].join('\n');
  expect(apiTexts(parseSource('shared/any.ts', text))).toEqual([
    { path: 'shared/any.ts', line: 1, opening: 'When it happened', isHeadless: true },
    { path: 'shared/any.ts', line: 2, opening: 'Write one item', isHeadless: false },
    { path: 'shared/any.ts', line: 2, opening: 'At most 5', isHeadless: false },
  ]);
});
