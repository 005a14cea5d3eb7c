import { expect, test } from 'vitest';
import { withSection } from './marked-section.ts';

test('replaces the text between the marks, as often as it is asked', () => {
  const page = 'Before.\n\n<!-- tables -->\nold\n<!-- /tables -->\n\nAfter.\n';
  const once = withSection(page, 'tables', '| a |');
  expect(once).toBe('Before.\n\n<!-- tables -->\n\n| a |\n\n<!-- /tables -->\n\nAfter.\n');
  expect(withSection(once, 'tables', '| a |')).toBe(once);
});

test('a page without the marks is refused, naming them', () => {
  expect(() => withSection('Text.', 'tables', '')).toThrow('no marks <!-- tables --> and <!-- /tables -->');
});
