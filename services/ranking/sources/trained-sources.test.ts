import type { ItemId } from '@kindred/shared/id';
import { SOURCES } from '@kindred/shared/model/candidate-sources';
import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { expect, test } from 'vitest';
import { contextOf } from './retrieval-context.fixture.ts';
import { scoresOf, trainedCatalog } from './trained-catalog.fixture.ts';
import type { TrainedCatalog } from './trained-scores.ts';
import { collaborativeSource, contentSource, transitionsSource } from './trained-sources.ts';

const COUNT = 3_000;
const ids = Array.from({ length: COUNT }, (_, n) => `item-${String(n).padStart(5, '0')}` as ItemId);
const [SAVED, CLICKED] = [ids[0]!, ids[1]!];

/** Rows in which the first two items lead to all others, the less the higher their number. */
function leadingRows(factor: number): SparseRows {
  const rows = new SparseRowsBuilder(COUNT);
  for (let row = 0; row < 2; row++) {
    for (let item = 2; item < COUNT; item++) rows.add(item, (factor * (COUNT - item)) / COUNT);
    rows.endRow();
  }
  return rows.done();
}

function artifact(): TrainedCatalog {
  const zeros = (): Float32Array<ArrayBuffer> => new Float32Array(COUNT);
  const { model } = trainedCatalog(1);
  return {
    ...trainedCatalog(1),
    items: ids,
    numbers: new Map(ids.map((item, number) => [item, number])),
    model: {
      ...model,
      collaborative: leadingRows(1),
      content: leadingRows(0.5),
      transitions: leadingRows(0.25),
      imputed: new SparseRowsBuilder(COUNT).done(),
      positives: zeros(),
      seen: zeros(),
    },
    imputedShare: zeros(),
  };
}

const trained = scoresOf(artifact(), [
  { item: SAVED, type: 'save', value: 1, atMs: 2 },
  { item: CLICKED, type: 'click', value: 1, atMs: 1 },
]);

test.each([collaborativeSource, contentSource, transitionsSource])(
  '$name is as deep as the table says, and deeper behind a filter',
  (source) => {
    const depth = SOURCES[source.name].depth!;
    for (const depthFactor of [1, 10]) {
      const found = source.candidates(contextOf({ trained, depthFactor }), []);
      expect(found.map(({ item }) => item)).toEqual(ids.slice(2, 2 + depthFactor * depth));
    }
  },
);

test.each([
  { source: collaborativeSource, factor: 1 },
  { source: contentSource, factor: 0.5 },
])('$source.name scores by its own rows, a click a third of a save', ({ source, factor }) => {
  const [first] = source.candidates(contextOf({ trained }), []);
  expect(first!.sourceScore).toBeCloseTo((1 + 1 / 3) * factor * ((COUNT - 2) / COUNT), 5);
});

test.each([collaborativeSource, contentSource, transitionsSource])(
  '$name names the engaged items that lead to a candidate, the strongest first',
  (source) => {
    const causes = source.causes(contextOf({ trained }), [], [ids[5]!, 'unknown' as ItemId]);
    expect([...causes]).toEqual([[ids[5], [SAVED, CLICKED]]]);
  },
);

test.each([collaborativeSource, contentSource, transitionsSource])('$name asks the index nothing', (source) => {
  expect(source.queries(contextOf({ trained }))).toEqual([]);
});
