import { type FilterFields, filterFieldsOf } from '@kindred/shared/filter';
import { type ItemId, itemIdSchema, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { clusteredVectors, generator } from '../clustered-vectors.fixture.ts';
import type { Change } from '../domain/change.ts';
import type { EngineUnderTest } from './engine-under-test.fixture.ts';
import { recallOf } from './exact-neighbors.fixture.ts';

const COUNT = 2_000;
const DELETED = COUNT * 0.3;
const TARGETS = 50;
const DIMENSIONS = 32;
const K = 10;
const RECALL_MIN = 0.99;
const SELECTIVITIES = [1, 0.1, 0.01, 0.001];
const space: SpaceId = JSON.parse('"recall"');
const key = { catalog: MAIN_CATALOG, space };

/** An approximate engine finds nearly all of the nearest, at any moment of its building and with any filter. */
export function engineRecallContract(tested: () => EngineUnderTest): void {
  test('recall@10 is at least .99 at any selectivity: while built, after deletions, and rebuilt', async () => {
    const { engine, work, settle } = tested();
    const all = clusteredVectors({ count: COUNT + DELETED + TARGETS, dimensions: DIMENSIONS, seed: 11, clusters: 40 });
    const targets = all.splice(-TARGETS);
    const random = generator(12);
    const vectors = new Map<ItemId, Float32Array>();
    const fields = new Map<ItemId, FilterFields>();
    let change = 0;
    const apply = (changes: readonly Change[]) => engine.apply(changes, change);
    const put = (from: number, to: number) =>
      apply(
        all.slice(from, to).flatMap((vector, i): Change[] => {
          const item = itemIdSchema.parse(`item-${from + i}`);
          const draw = random();
          const tags = SELECTIVITIES.filter((selectivity) => draw < selectivity).map(String);
          vectors.set(item, vector);
          fields.set(item, filterFieldsOf({ tags }));
          return [
            { ...key, kind: 'item', change: ++change, item, fields: fields.get(item), spaces: [space] },
            { ...key, kind: 'embedding', change: ++change, item, vector },
          ];
        }),
      );
    const remove = (items: readonly ItemId[]) =>
      apply(
        items.map((item): Change => {
          vectors.delete(item);
          return { ...key, kind: 'item', change: ++change, item, fields: undefined, spaces: [] };
        }),
      );
    const expectRecall = async (moment: string): Promise<void> => {
      for (const selectivity of SELECTIVITIES) {
        const filter = { tags: { any: [String(selectivity)] } };
        const queries = targets.map((vector) => ({ target: { vector }, k: K, filter }));
        const { neighbors } = await engine.search(key, queries);
        const asked = queries.map((query, i) => ({ query, answer: neighbors[i]! }));
        expect(recallOf({ vectors, fields }, asked), `${moment}, selectivity ${selectivity}`).toBeGreaterThanOrEqual(
          RECALL_MIN,
        );
      }
    };

    await engine.open({ ...key, dimensions: DIMENSIONS, source: 'test', head: 0 });
    await put(0, COUNT);
    work?.();
    await expectRecall('half built');
    await settle();
    await expectRecall('built');
    await remove([...vectors.keys()].slice(0, DELETED));
    await expectRecall('after deletions');
    await put(COUNT, COUNT + DELETED);
    work?.();
    await expectRecall('while the next generation is built');
    await settle();
    expect((await engine.status()).spaces[0]).toMatchObject({ size: COUNT, tombstones: 0, unindexed: 0 });
    await expectRecall('rebuilt');
  }, 60_000);
}
