import { MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import type { Space } from './space.ts';
import { SpaceRegistry } from './space-registry.ts';

const spaceOf = (name: string, state: Space['state']): Space => {
  const space: SpaceId = JSON.parse(JSON.stringify(name));
  return { catalog: MAIN_CATALOG, space, dimensions: 3, state };
};

test('the space that was set to serve last serves, and none once it is retired', () => {
  const registry = new SpaceRegistry();
  expect(registry.serving(MAIN_CATALOG)).toBeUndefined();
  registry.set(spaceOf('a', 'serving'));
  registry.set(spaceOf('b', 'filling'));
  expect(registry.serving(MAIN_CATALOG)?.space).toBe('a');
  registry.set(spaceOf('b', 'serving'));
  expect(registry.serving(MAIN_CATALOG)?.space).toBe('b');
  registry.set(spaceOf('b', 'retired'));
  expect(registry.serving(MAIN_CATALOG)?.space).toBe('a');
  registry.set(spaceOf('a', 'retired'));
  expect(registry.serving(MAIN_CATALOG)).toBeUndefined();
});

test('a retired space is forgotten, and known again when it comes back', () => {
  const registry = new SpaceRegistry();
  registry.set(spaceOf('a', 'filling'));
  expect(registry.has(spaceOf('a', 'filling'))).toBe(true);
  expect(registry.has(spaceOf('b', 'filling'))).toBe(false);
  registry.set(spaceOf('a', 'retired'));
  expect(registry.has(spaceOf('a', 'filling'))).toBe(false);
  registry.set(spaceOf('a', 'serving'));
  expect(registry.serving(MAIN_CATALOG)?.space).toBe('a');
});
