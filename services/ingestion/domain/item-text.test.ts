import { expect, test } from 'vitest';
import { itemText } from './item-text.ts';

test('puts title, creator, categories, tags and description on lines of their own', () => {
  const text = itemText({
    description: 'A whale is hunted.',
    tags: ['sea', '19th-century'],
    categories: ['classic books'],
    creator: 'Herman Melville',
    title: ' Moby-Dick ',
  });
  expect(text).toBe('Moby-Dick\nby Herman Melville\nclassic books\nsea, 19th-century\nA whale is hunted.');
});

test('leaves out what has no text, and is nothing for an item without any', () => {
  expect(itemText({ title: 'Only a title', tags: [] })).toBe('Only a title');
  expect(itemText({ title: '  ', attributes: { year: 1851 }, available: false })).toBeUndefined();
});
