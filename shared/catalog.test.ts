import { describe, expect, test } from 'vitest';
import { filterSchema, itemSchema } from './catalog.ts';

/** The first field that a parse names; `undefined` where all is well. */
function refusedField(schema: typeof itemSchema | typeof filterSchema, value: unknown): string | undefined {
  return schema.safeParse(value).error?.issues[0]?.path.join('.');
}

describe('an item', () => {
  test('whose optional text is empty has no such field', () => {
    for (const field of ['title', 'description', 'creator', 'imageUrl', 'createdAt']) {
      const parsed = itemSchema.parse({ id: 'i', [field]: '' });
      expect(JSON.parse(JSON.stringify(parsed))).toEqual({ id: 'i' });
    }
  });

  test('has no fields but those that were given', () => {
    expect(Object.keys(itemSchema.parse({ id: 'i', title: 'x' })).sort()).toEqual(['id', 'title']);
  });

  test('keeps an empty attribute, which is a value', () => {
    expect(itemSchema.parse({ id: 'i', attributes: { colour: '' } }).attributes).toEqual({ colour: '' });
  });

  test.each([
    'https://cdn.example/a.jpg',
    'http://127.0.0.1:8080/a%20b.png?size=2#x',
    'HTTPS://EXAMPLE.COM',
    'http://[::1]/a.png',
    'https://cdn.example/ü/|a|.jpg',
    'data:image/png;base64,iVBORw0KGgo=',
    'data:image/svg+xml;charset=utf-8,%3Csvg/%3E',
  ])('has %s as its imageUrl', (imageUrl) => {
    expect(itemSchema.parse({ id: 'i', imageUrl }).imageUrl).toBe(imageUrl);
  });

  test.each([
    'cover.jpg',
    '/cover.jpg',
    '//cdn.example/a.jpg',
    'ftp://cdn.example/a.jpg',
    'file:///etc/passwd',
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'http://',
    'https:///a.jpg',
    'https://cdn.example/a b.jpg',
    'https://cdn.example/a.jpg\n',
    ' ',
  ])('refuses %j as its imageUrl', (imageUrl) => {
    expect(refusedField(itemSchema, { id: 'i', imageUrl })).toBe('imageUrl');
  });

  test.each<[string, object]>([
    ['id', { id: '  ' }],
    ['title', { id: 'i', title: 'a\0b' }],
    ['title', { id: 'i', title: 'x'.repeat(2_001) }],
    ['title', { id: 'i', title: null }],
    ['creator', { id: 'i', creator: 'x'.repeat(1_001) }],
    ['imageUrl', { id: 'i', imageUrl: `https://cdn.example/${'x'.repeat(2_000)}` }],
    ['createdAt', { id: 'i', createdAt: ' ' }],
    ['createdAt', { id: 'i', createdAt: '2026-02-30T00:00:00Z' }],
    ['tags.1', { id: 'i', tags: ['a', ''] }],
    ['attributes', { id: 'i', attributes: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`a${i}`, i])) }],
  ])('names %s when that is wrong: %#', (field, item) => {
    expect(refusedField(itemSchema, item)).toBe(field);
  });
});

describe('a filter', () => {
  test.each<[string, object]>([
    ['creators.any.0', { creators: { any: [''] } }],
    ['categories.all.0', { categories: { all: [''] } }],
    ['tags.none', { tags: { none: [] } }],
    ['attributes.year', { attributes: { year: {} } }],
    ['available', { available: '' }],
    [
      '',
      { tags: { any: Array.from({ length: 600 }, String) }, categories: { any: Array.from({ length: 401 }, String) } },
    ],
  ])('names %s when that is wrong', (field, filter) => {
    expect(refusedField(filterSchema, filter)).toBe(field);
  });
});
