import { expect, test } from 'vitest';
import { parse } from './test-parse.ts';
import { trainCommand } from './train.ts';

test('trains main, or the catalog that is named', async () => {
  const called = async (...words: string[]) => (await parse(trainCommand, ['train', ...words])).called;
  expect(await called()).toEqual([{ catalog: 'main', verb: 'train' }, false]);
  expect(await called('--catalog', 'shop')).toEqual([{ catalog: 'shop', verb: 'train' }, false]);
  expect(await called('--catalog', 'shop', '--status')).toEqual([{ catalog: 'shop', verb: 'status' }, false]);
  expect(await called('--rollback', '--json')).toEqual([{ catalog: 'main', verb: 'rollback' }, true]);
});

test.each([
  [['shop'], /too many arguments/],
  [['--rollback', '--status'], /'--rollback' cannot be used with option '--status'/],
  [['--catalog', 'no name'], /must be 1 to 63 of/],
  [['--fast'], /unknown option '--fast'/],
])('refuses %j with the usage', async (words, message) => {
  const { called, stderr } = await parse(trainCommand, ['train', ...words]);
  expect(called).toBeUndefined();
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/Usage: kindred train \[options\]/);
});
