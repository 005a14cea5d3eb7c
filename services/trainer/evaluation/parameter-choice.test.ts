import type { ItemFields } from '@kindred/shared/catalog';
import type { ItemId } from '@kindred/shared/id';
import { seededRandom } from '@kindred/shared/numeric/random';
import { SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { expect, test } from 'vitest';
import { onnxMatrixProduct } from '../adapters/onnx-matrix-product.ts';
import type { TrainingData } from '../history/training-data.ts';
import { denseItems } from '../item-item/prepared-catalog.ts';
import { chooseParameters, type Trial } from './parameter-choice.ts';

const multiply = await onnxMatrixProduct(1);
const ITEMS = 40;
const USERS = 80;

function catalog({ hasSeen, hasWords }: { hasSeen: boolean; hasWords: boolean }): TrainingData {
  const random = seededRandom(81);
  const builder = new SparseRowsBuilder(USERS);
  for (let user = 0; user < USERS; user++) {
    for (let item = 0; item < ITEMS; item++) {
      if (random() > (item % 4 === user % 4 ? 0.6 : 0.1)) continue;
      if (random() < 0.8) builder.add(item, 1);
      else if (hasSeen) builder.add(item, 0);
    }
    builder.endRow();
  }
  return {
    items: Array.from({ length: ITEMS }, (_, item) => `i${item}` as ItemId),
    fields: Array.from({ length: ITEMS }, (_, item): ItemFields => (hasWords ? { tags: [`kind ${item % 4}`] } : {})),
    embeddings: undefined,
    strengths: builder.done(),
    interactionTimes: undefined,
  };
}

test('a step is taken only if its gain exceeds its standard error; the choice is the last one taken, each told of once', async () => {
  const told: Trial[] = [];
  const items = await denseItems(catalog({ hasSeen: true, hasWords: true }), multiply);
  const { parameters, counting, tried } = await chooseParameters(items, multiply, (trial) => told.push(trial));
  expect(told).toEqual(tried);
  let best: Trial | undefined;
  for (const trial of tried) {
    expect(trial.users).toBeGreaterThan(USERS / 2);
    expect(trial.gain).toBeCloseTo(best === undefined ? 0 : trial.ndcg - best.ndcg, 9);
    expect(trial.isTaken).toBe(best === undefined || trial.gain > trial.gainError);
    if (trial.isTaken) best = trial;
  }
  expect({ parameters, counting }).toEqual({ parameters: best!.parameters, counting: best!.counting });
  expect(tried.some(({ gain, isTaken }) => gain > 0 && !isTaken)).toBe(true);
  expect(new Set(tried.map((trial) => trial.parameters.lambda)).size).toBeGreaterThan(1);
});

test('neither content nor what was only seen is weighed where there is none, nor any order where times tell none', async () => {
  const items = await denseItems(catalog({ hasSeen: false, hasWords: false }), multiply);
  const { counting, tried } = await chooseParameters(items, multiply, () => {});
  expect(counting.seenWeight).toBe(0);
  for (const { parameters, counting: own } of tried) {
    expect(parameters).toMatchObject({ contentWeight: 0, seenWeight: 0 });
    expect(own.historyHalfLifeDays).toBe(Number.POSITIVE_INFINITY);
  }
});

const GROUPS = 8;
const LIKES = 9;

/** Users who like items of one group after another, ten days apart; the order tells nothing once it is shuffled. */
function wanderers(isShuffled: boolean): TrainingData {
  const random = seededRandom(82);
  const itemCount = 10 * GROUPS;
  const userCount = 500;
  const builder = new SparseRowsBuilder(userCount);
  const ages: number[] = [];
  const draw = (count: number): number => Math.floor(count * random());
  for (let user = 0; user < userCount; user++) {
    const steps = new Map<number, number>();
    let group = draw(GROUPS);
    while (steps.size < LIKES) {
      const item = group + GROUPS * draw(itemCount / GROUPS);
      if (!steps.has(item)) steps.set(item, isShuffled ? random() : steps.size);
      if (random() < 0.3) group = draw(GROUPS);
    }
    const order = [...steps].sort(([, a], [, b]) => b - a).map(([item]) => item);
    for (const item of [...steps.keys()].sort((a, b) => a - b)) {
      builder.add(item, 1);
      ages.push(10 * order.indexOf(item));
    }
    builder.endRow();
  }
  const rest = new Float32Array(ages.length);
  return {
    items: Array.from({ length: itemCount }, (_, item) => `i${item}` as ItemId),
    fields: Array.from({ length: itemCount }, () => ({})),
    embeddings: undefined,
    strengths: builder.done(),
    interactionTimes: { ages: Float64Array.from(ages), weights: rest, positions: rest },
  };
}

test.each([
  { name: 'is chosen if only the latest items tell what comes next', isShuffled: false },
  { name: 'is not chosen if the order of a history tells nothing', isShuffled: true },
])('a decay of histories $name', async ({ isShuffled }) => {
  const items = await denseItems(wanderers(isShuffled), multiply);
  const { counting, tried } = await chooseParameters(items, multiply, () => {});
  expect(Number.isFinite(counting.historyHalfLifeDays)).toBe(!isShuffled);
  expect(tried.some((trial) => Number.isFinite(trial.counting.historyHalfLifeDays))).toBe(true);
});
