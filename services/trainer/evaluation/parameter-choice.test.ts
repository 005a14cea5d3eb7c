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

test('the choice is the best of all that was tried, and each trial is told of once', async () => {
  const told: Trial[] = [];
  const items = await denseItems(catalog({ hasSeen: true, hasWords: true }), multiply);
  const { parameters, seenWeight, tried } = await chooseParameters(items, multiply, (trial) => told.push(trial));
  expect(told).toEqual(tried);
  const best = Math.max(...tried.map(({ ndcg }) => ndcg));
  expect(tried.filter(({ ndcg }) => ndcg === best)).toContainEqual({ parameters, seenWeight, ndcg: best });
  expect(new Set(tried.map((trial) => trial.parameters.lambda)).size).toBeGreaterThan(1);
});

test('neither content nor what was only seen is weighed where there is none', async () => {
  const items = await denseItems(catalog({ hasSeen: false, hasWords: false }), multiply);
  const { seenWeight, tried } = await chooseParameters(items, multiply, () => {});
  expect(seenWeight).toBe(0);
  for (const { parameters } of tried) expect(parameters).toMatchObject({ contentWeight: 0, seenWeight: 0 });
});
