import { expect, test } from 'vitest';
import { costLine } from './cost-line.ts';
import { trainingCost } from './training-cost.ts';

const PRODUCT_SECONDS = 0.01;
const sized = (items: number, events = 0, users = 10) => trainingCost({ items, users, events }, PRODUCT_SECONDS);

test('the estimate grows with the cube of the items, the memory with their square', () => {
  expect(sized(20_000).memoryMiB / sized(10_000).memoryMiB).toBeCloseTo(4, 0);
  const ofAll = (items: number): number => sized(items).minutes - sized(4_096).minutes;
  expect(ofAll(16_384) / ofAll(8_192)).toBeGreaterThan(4.5);
  expect(sized(1_000, 1_000_000).minutes).toBeGreaterThan(sized(1_000).minutes);
});

test('items past the largest dense fit cost time by their square, memory by their number, and nothing suddenly', () => {
  const tailOf = (items: number) => ({
    minutes: sized(items).minutes - sized(20_000).minutes,
    memoryMiB: sized(items).memoryMiB - sized(20_000).memoryMiB,
  });
  expect(tailOf(2_000_000).minutes / tailOf(1_000_000).minutes).toBeCloseTo(4, 0);
  expect(tailOf(2_020_000).memoryMiB / tailOf(1_020_000).memoryMiB).toBeCloseTo(2, 3);
  expect(tailOf(1_000_000).minutes).toBeGreaterThan(60);
  expect(tailOf(1_000_000).memoryMiB).toBeGreaterThan(4_096);
  expect(tailOf(20_010).minutes).toBeLessThan(0.02 * sized(20_000).minutes);
  expect(tailOf(20_010).memoryMiB).toBeLessThanOrEqual(1);
});

test('past the largest dense fit each user costs time too, as far as the ranker learns from them', () => {
  const minutesOf = (users: number): number => sized(1_000_000, 0, users).minutes;
  expect(minutesOf(16_000)).toBeGreaterThan(minutesOf(10) + 60);
  expect(minutesOf(1_000_000)).toBe(minutesOf(16_000));
});

test('the estimate is told in one line, in minutes or hours', () => {
  expect(costLine(sized(10_000))).toMatch(
    /^10,000 items, 10 users, 0 events: about \d+ min of an idle machine, 440 MiB of matrices$/,
  );
  expect(costLine(trainingCost({ items: 60, users: 400, events: 1 }, 0.001))).toMatch(/: less than a minute, 8 MiB/);
  expect(costLine(sized(1_000_000))).toMatch(/: about \d+ h of an idle machine, [\d,]+ MiB of matrices and items$/);
});
