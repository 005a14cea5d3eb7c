import { expect, test } from 'vitest';
import { planSearch } from './search-plan.ts';

const options = { efSearch: 128, scannedPerCandidate: 40 };
const items = 100_000;

test('asks the graph when most items pass', () => {
  expect(planSearch({ k: 10, allowed: items, items, vectors: items, nodes: items }, options)).toEqual({
    path: 'graph',
    fetch: 24,
    efSearch: 128,
  });
});

test('asks the graph for more when fewer pass', () => {
  expect(planSearch({ k: 10, allowed: items / 5, items, vectors: items, nodes: items }, options)).toEqual({
    path: 'graph',
    fetch: 118,
    efSearch: 177,
  });
});

test('scans when few pass, when few are indexed or when nearly all would be fetched', () => {
  for (const size of [
    { k: 10, allowed: items / 100, items, vectors: items, nodes: items },
    { k: 10, allowed: items, items, vectors: 1_000, nodes: 1_000 },
    { k: 1_000, allowed: 2_000, items: 2_000, vectors: 2_000, nodes: 2_000 },
  ]) {
    expect(planSearch(size, options)).toEqual({ path: 'scan' });
  }
  const always = { efSearch: 128, scannedPerCandidate: 0 };
  expect(planSearch({ k: 1_000, allowed: 1_000, items: 1_000, vectors: 1_000, nodes: 1_000 }, always)).toEqual({
    path: 'scan',
  });
});
