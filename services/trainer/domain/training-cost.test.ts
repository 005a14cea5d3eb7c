import { expect, test } from 'vitest';
import { costLine } from './cost-line.ts';
import { trainingCost } from './training-cost.ts';

const PRODUCT_SECONDS = 0.01;
const sized = (items: number, events = 0) => trainingCost({ items, users: 10, events }, PRODUCT_SECONDS);

test('the estimate grows with the cube of the items, the memory with their square', () => {
  expect(sized(20_000).memoryMiB / sized(10_000).memoryMiB).toBeCloseTo(4, 0);
  const ofAll = (items: number): number => sized(items).minutes - sized(4_096).minutes;
  expect(ofAll(16_384) / ofAll(8_192)).toBeGreaterThan(4.5);
  expect(sized(1_000, 1_000_000).minutes).toBeGreaterThan(sized(1_000).minutes);
});

test('a catalog too large for dense matrices costs what the part of it costs that is fitted', () => {
  expect(sized(1_000_000)).toEqual({ ...sized(20_000), items: 1_000_000 });
});

test('is said in a line', () => {
  expect(costLine(sized(10_000))).toMatch(
    /^10,000 items, 10 users, 0 events: about \d+ min of an idle machine, 440 MiB of matrices$/,
  );
  expect(costLine(trainingCost({ items: 60, users: 400, events: 1 }, 0.001))).toMatch(/: less than a minute, 8 MiB/);
});
