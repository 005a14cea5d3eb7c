import type { ItemFields } from '@kindred/shared/catalog';
import { type ItemId, itemIdSchema } from '@kindred/shared/id';
import { onnxMatrixProduct } from '@kindred/trainer/adapters/onnx-matrix-product';
import { hashOrdered } from '../measure/stable-hash.ts';
import type { FitTask } from './contender.ts';
import { strengthsOf } from './fit-task.ts';
import type { Rows } from './protocol.ts';

interface CatalogOptions {
  readonly seed?: number;
  readonly newItems?: readonly string[];
  readonly fieldsOf?: (item: ItemId) => ItemFields;
}

const multiply = await onnxMatrixProduct(1);

/** Training data for contenders that need no engine. */
export function catalogTask(
  items: readonly string[],
  train: Rows,
  { seed = 1, newItems = [], fieldsOf = () => ({}) }: CatalogOptions = {},
): FitTask {
  const ids = hashOrdered(
    items.map((item) => itemIdSchema.parse(item)),
    (item) => item,
    seed,
  );
  const numbers = new Map<ItemId, number>(ids.map((item, number) => [item, number]));
  const refuse = async (): Promise<never> => {
    throw new Error('there is no engine here');
  };
  return {
    data: {
      items: ids,
      fields: ids.map(fieldsOf),
      interactionTimes: undefined,
      embeddings: undefined,
      strengths: strengthsOf(train, numbers),
    },
    numbers,
    train,
    newItems: new Set(newItems.map((item) => itemIdSchema.parse(item))),
    served: { trained: refuse, serve: refuse },
    multiply,
    seed,
  };
}
