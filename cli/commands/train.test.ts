import { expect, test } from 'vitest';
import { readCommandLine } from './train.ts';

test('trains main, or the catalog that is named', () => {
  expect(readCommandLine([])).toEqual({ catalog: 'main', verb: 'train' });
  expect(readCommandLine(['--catalog', 'shop'])).toEqual({ catalog: 'shop', verb: 'train' });
  expect(readCommandLine(['--catalog', 'shop', '--status'])).toEqual({ catalog: 'shop', verb: 'status' });
  expect(readCommandLine(['--rollback'])).toEqual({ catalog: 'main', verb: 'rollback' });
  expect(readCommandLine(['-h'])).toBe('help');
});

test('refuses what is not of the usage, with the usage', () => {
  for (const words of [['shop'], ['--rollback', '--status'], ['--catalog', 'no name'], ['--fast']])
    expect(() => readCommandLine(words)).toThrow(/usage: npm run train/);
});
