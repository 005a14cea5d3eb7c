import type { Filter } from '@kindred/shared/catalog';
import { type FilterFields, filterFieldsOf, predicateOf } from '@kindred/shared/filter';
import { compareIds, type ItemId, itemIdSchema } from '@kindred/shared/id';
import type { Neighbor } from '@kindred/shared/neighbor';
import { dot, normalise } from '@kindred/shared/numeric/vector';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createExactIndex } from '../adapters/exact/exact-index-engine.ts';
import type { ItemTable } from '../adapters/hnsw/domain/item-table.ts';
import { clusteredVectors, generator } from '../clustered-vectors.fixture.ts';
import type { VectorIndex } from './index-engine.ts';

/** An index under test with the table that the fields of its items are put into. */
export interface VectorIndexUnderTest {
  readonly index: VectorIndex;
  readonly items: ItemTable;
}

const FILTERS: readonly Filter[] = [
  {},
  { available: 'any' },
  { available: false },
  { tags: { any: ['a'] } },
  { tags: { none: ['a'] }, available: 'any' },
  { tags: { any: ['nowhere'] } },
];
const DIMENSIONS = 3;
const ids = ['a', 'b', 'ｚ', '😀', 'item 5', 'item 6', ...Array.from({ length: 24 }, (_, i) => `i${i}`)].map((id) =>
  itemIdSchema.parse(id),
);

/** Few values, so that equal vectors and equal similarities are common. */
const vectors = fc
  .tuple(...Array.from({ length: DIMENSIONS }, () => fc.integer({ min: -2, max: 2 })))
  .filter((values) => values.some((value) => value !== 0))
  .map((values) => normalise(Float32Array.from(values)));
const item = fc.constantFrom(...ids);
const fields = fc
  .record({ available: fc.boolean(), tags: fc.subarray(['a', 'b']) })
  .map((fields) => filterFieldsOf(fields));
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ act: fc.constant('upsert' as const), item, vector: vectors }) },
    { weight: 6, arbitrary: fc.record({ act: fc.constant('set-fields' as const), item, fields }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('remove' as const), item }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('remove-fields' as const), item }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('work' as const) }) },
  ),
  { maxLength: 120 },
);
const target = fc.oneof(
  item.map((id) => ({ item: id })),
  vectors.map((vector) => ({ vector })),
);
const query = fc.record({ target, k: fc.integer({ min: 1, max: 12 }), filter: fc.constantFrom(undefined, ...FILTERS) });

type Step = typeof steps extends fc.Arbitrary<readonly (infer Each)[]> ? Each : never;

/** What every `VectorIndex` must keep. */
export function vectorIndexContract(create: (dimensions: number) => VectorIndexUnderTest): void {
  describe('any history', () => {
    test('answers the k nearest that pass, in order, and nothing else', () => {
      fc.assert(
        fc.property(steps, fc.array(query, { minLength: 1, maxLength: 6 }), (history, queries) => {
          const { index, items } = create(DIMENSIONS);
          const model = applied(history, { index, items });
          expect(index.size).toBe(model.vectors.size);
          for (const each of queries) expectAnswer(model, each, index.search(each));
          while (index.work(1));
          for (const each of queries) expectAnswer(model, each, index.search(each));
        }),
        { numRuns: 150 },
      );
    });
  });

  test('an item without a vector has no neighbors, and one without filter fields is nobody’s', () => {
    const { index, items } = create(DIMENSIONS);
    const [first, second] = [ids[0]!, ids[1]!];
    items.setFields(first, filterFieldsOf({}));
    expect(index.search({ target: { item: first }, k: 5 })).toEqual([]);
    index.upsert(first, Float32Array.of(1, 0, 0));
    index.upsert(second, Float32Array.of(1, 0, 0));
    expect(index.search({ target: { item: first }, k: 5, filter: { available: 'any' } })).toEqual([]);
    items.setFields(second, filterFieldsOf({}));
    expect(index.search({ target: { item: first }, k: 5 })).toEqual([{ item: second, similarity: 1 }]);
  });

  test('wrong input is an error and changes nothing', () => {
    const { index, items } = create(DIMENSIONS);
    const id = ids[0]!;
    items.setFields(id, filterFieldsOf({}));
    index.upsert(id, Float32Array.of(0, 1, 0));
    for (const numbers of [
      [1, 0],
      [1, 0, 0, 0],
      [Number.NaN, 0, 1],
      [Number.POSITIVE_INFINITY, 0, 0],
      [0, 0, 0],
      [2, 0, 0],
    ]) {
      expect(() => index.upsert(id, Float32Array.from(numbers))).toThrow(RangeError);
      expect(() => index.search({ target: { vector: Float32Array.from(numbers) }, k: 1 })).toThrow(RangeError);
    }
    for (const k of [0, -1, 1.5, 1_001, Number.NaN]) {
      expect(() => index.search({ target: { item: id }, k })).toThrow(RangeError);
    }
    expect(index.search({ target: { vector: Float32Array.of(0, 1, 0) }, k: 1 })).toEqual([{ item: id, similarity: 1 }]);
  });

  recallContract(create);
}

interface Model {
  readonly vectors: Map<ItemId, Float32Array>;
  readonly fields: Map<ItemId, FilterFields>;
}

function applied(history: readonly Step[], { index, items }: VectorIndexUnderTest): Model {
  const model: Model = { vectors: new Map(), fields: new Map() };
  for (const step of history) {
    switch (step.act) {
      case 'upsert':
        index.upsert(step.item, step.vector);
        model.vectors.set(step.item, step.vector);
        break;
      case 'set-fields':
        items.setFields(step.item, step.fields);
        model.fields.set(step.item, step.fields);
        break;
      case 'remove':
        expect(index.remove(step.item)).toBe(model.vectors.delete(step.item));
        break;
      case 'remove-fields':
        items.removeFields(step.item);
        model.fields.delete(step.item);
        break;
      case 'work':
        index.work(0);
        break;
      default:
        step satisfies never;
    }
  }
  return model;
}

function expectAnswer(
  { vectors: stored, fields }: Model,
  { target: to, k, filter = {} }: { target: { item: ItemId } | { vector: Float32Array }; k: number; filter?: Filter },
  answer: readonly Neighbor[],
): void {
  const vector = 'item' in to ? stored.get(to.item) : to.vector;
  if (vector === undefined) {
    expect(answer).toEqual([]);
    return;
  }
  const passes = predicateOf(filter);
  const allowed = [...stored].filter(([id]) => {
    const found = fields.get(id);
    return found !== undefined && passes(found) && !('item' in to && to.item === id);
  });
  const similarities = new Map(allowed.map(([id, other]) => [id, dot(vector, other)]));
  expect(answer.length).toBe(Math.min(k, allowed.length));
  for (const neighbor of answer) {
    const expected = similarities.get(neighbor.item);
    expect(expected, 'only what passes is answered, and once').toBeDefined();
    expect(Math.abs(neighbor.similarity - expected!)).toBeLessThan(1e-6);
    similarities.delete(neighbor.item);
  }
  answer.slice(1).forEach((neighbor, i) => {
    const before = answer[i]!;
    expect(before.similarity).toBeGreaterThanOrEqual(neighbor.similarity);
    if (before.similarity === neighbor.similarity) expect(compareIds(before.item, neighbor.item)).toBeLessThan(0);
  });
  for (const [id, similarity] of similarities) {
    const last = answer.at(-1)!;
    expect(similarity).toBeLessThan(last.similarity + 1e-6);
    if (stored.get(id)!.every((value, i) => value === stored.get(last.item)![i])) {
      expect(compareIds(last.item, id), 'ties go to the lower id').toBeLessThan(0);
    }
  }
}

const RECALL_COUNT = 2_000;
const RECALL_DIMENSIONS = 32;
const RECALL_MIN = 0.99;
const SELECTIVITIES = [1, 0.1, 0.01, 0.001];

function recallContract(create: (dimensions: number) => VectorIndexUnderTest): void {
  test('recall@10 is at least .99 at any selectivity: while built, after deletions, and rebuilt', () => {
    const { index, items } = create(RECALL_DIMENSIONS);
    const exact = createExactIndex({ dimensions: RECALL_DIMENSIONS, items });
    const all = clusteredVectors({
      count: RECALL_COUNT * 1.3 + 50,
      dimensions: RECALL_DIMENSIONS,
      seed: 11,
      clusters: 40,
    });
    const targets = all.splice(-50);
    const random = generator(12);
    const put = (i: number): void => {
      const id = itemIdSchema.parse(`item-${i}`);
      const draw = random();
      items.setFields(
        id,
        filterFieldsOf({ tags: SELECTIVITIES.filter((selectivity) => draw < selectivity).map(String) }),
      );
      for (const each of [index, exact]) each.upsert(id, all[i]!);
    };
    const expectRecall = (moment: string): void => {
      for (const selectivity of SELECTIVITIES) {
        const filter = { tags: { any: [String(selectivity)] } };
        const recall = recallOf({ index, exact, targets, filter });
        expect(recall, `${moment}, selectivity ${selectivity}`).toBeGreaterThanOrEqual(RECALL_MIN);
      }
    };
    for (let i = 0; i < RECALL_COUNT; i++) put(i);
    index.work(20);
    expectRecall('half built');
    while (index.work(50));
    expectRecall('built');
    for (let i = 0; i < RECALL_COUNT * 0.3; i++) {
      for (const each of [index, exact]) each.remove(itemIdSchema.parse(`item-${i}`));
    }
    expectRecall('after deletions');
    for (let i = RECALL_COUNT; i < RECALL_COUNT * 1.3; i++) put(i);
    index.work(10);
    expectRecall('while the next generation is built');
    while (index.work(50));
    expect(index.tombstones).toBe(0);
    expectRecall('rebuilt');
  }, 60_000);
}

/** The share of the ten nearest by `exact` that `index` answers too, over all targets. */
export function recallOf({
  index,
  exact,
  targets,
  filter,
}: {
  readonly index: VectorIndex;
  readonly exact: VectorIndex;
  readonly targets: readonly Float32Array[];
  readonly filter?: Filter;
}): number {
  let found = 0;
  let wanted = 0;
  for (const vector of targets) {
    const truth = new Map(
      exact.search({ target: { vector }, k: 10, filter }).map((each) => [each.item, each.similarity]),
    );
    const answer = index.search({ target: { vector }, k: 10, filter });
    wanted += truth.size;
    found += answer.filter((each) => truth.get(each.item) === each.similarity).length;
  }
  return found / wanted;
}
