import type { Filter } from '@kindred/shared/catalog';
import { type FilterFields, filterFieldsOf } from '@kindred/shared/filter';
import { type CatalogId, type ItemId, itemIdSchema, type SpaceId } from '@kindred/shared/id';
import { normalise } from '@kindred/shared/numeric/vector';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../domain/change.ts';
import type { EngineUnderTest } from './engine-under-test.fixture.ts';
import { expectNeighbors } from './exact-neighbors.fixture.ts';

const FILTERS: readonly Filter[] = [
  {},
  { available: 'any' },
  { available: false },
  { tags: { any: ['a'] } },
  { tags: { none: ['a'] }, available: 'any' },
  { tags: { any: ['nowhere'] } },
];
const DIMENSIONS = 3;
const space: SpaceId = JSON.parse('"model"');
const ids = ['a', 'b', 'ｚ', '😀', 'item 5', 'item 6', ...Array.from({ length: 24 }, (_, i) => `i${i}`)].map((id) =>
  itemIdSchema.parse(id),
);

/** Few values, so that equal vectors and equal similarities are common. */
const vectors = fc
  .tuple(...Array.from({ length: DIMENSIONS }, () => fc.integer({ min: -2, max: 2 })))
  .filter((values) => values.some((value) => value !== 0))
  .map((values) => normalise(Float32Array.from(values)));
const item = fc.constantFrom(...ids);
const fields = fc.record({ available: fc.boolean(), tags: fc.subarray(['a', 'b']) }).map(filterFieldsOf);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ act: fc.constant('embed' as const), item, vector: vectors }) },
    { weight: 6, arbitrary: fc.record({ act: fc.constant('set-fields' as const), item, fields }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('remove-embedding' as const), item }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('delete' as const), item }) },
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

/** Any history of rows gives the answers that comparing with every vector gives. */
export function engineHistoryContract(tested: () => EngineUnderTest, histories: number): void {
  test('whatever the history, answers the k nearest that pass, in order, and nothing else', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(steps, fc.array(query, { minLength: 1, maxLength: 6 }), async (given, queries) => {
        const catalog: CatalogId = JSON.parse(`"run-${runs++}"`);
        const { engine, settle } = tested();
        await engine.open({ catalog, space, dimensions: DIMENSIONS, source: 'test', head: 0 });
        const history = new History(catalog, tested());
        await history.replay(given);
        const { spaces } = await engine.status();
        expect(spaces.find((each) => each.catalog === catalog)?.size).toBe(history.vectors.size);
        for (const moment of ['at once', 'settled']) {
          if (moment === 'settled') await settle();
          const { neighbors } = await engine.search({ catalog, space }, queries);
          for (const [i, each] of queries.entries()) expectNeighbors(history, each, neighbors[i]!);
        }
        await history.retire();
      }),
      { numRuns: histories },
    );
  });
}

/** The rows of one catalog, as they were written one after another. */
class History {
  readonly vectors = new Map<ItemId, Float32Array>();
  readonly fields = new Map<ItemId, FilterFields>();
  readonly #catalog: CatalogId;
  readonly #tested: EngineUnderTest;
  #change = 0;
  #page: Change[] = [];

  constructor(catalog: CatalogId, tested: EngineUnderTest) {
    this.#catalog = catalog;
    this.#tested = tested;
  }

  /** Writes the rows, and has the engine apply what is written between two pieces of its own work. */
  async replay(given: readonly Step[]): Promise<void> {
    for (const step of given) {
      if (step.act === 'work') {
        await this.#apply();
        this.#tested.work?.();
      } else this.#write(step);
    }
    await this.#apply();
  }

  async retire(): Promise<void> {
    const retired = { kind: 'space', catalog: this.#catalog, space, dimensions: DIMENSIONS, state: 'retired' } as const;
    this.#page.push({ ...retired, change: ++this.#change });
    await this.#apply();
  }

  #write(step: Exclude<Step, { act: 'work' }>): void {
    switch (step.act) {
      case 'embed': {
        const { item, vector } = step;
        this.vectors.set(item, vector);
        this.#page.push({ kind: 'embedding', change: ++this.#change, catalog: this.#catalog, space, item, vector });
        return;
      }
      case 'set-fields':
        this.fields.set(step.item, step.fields);
        break;
      case 'remove-embedding':
        this.vectors.delete(step.item);
        break;
      case 'delete':
        this.fields.delete(step.item);
        this.vectors.delete(step.item);
        break;
      default:
        step satisfies never;
    }
    this.#writeItem(step.item);
  }

  #writeItem(item: ItemId): void {
    const fields = this.fields.get(item);
    // A row without fields is that of a deleted item, whose embeddings are gone with it.
    if (fields === undefined) this.vectors.delete(item);
    const spaces = this.vectors.has(item) ? [space] : [];
    this.#page.push({ kind: 'item', change: ++this.#change, catalog: this.#catalog, item, fields, spaces });
  }

  async #apply(): Promise<void> {
    expect(await this.#tested.engine.apply(this.#page, this.#change)).toEqual([]);
    this.#page = [];
  }
}
