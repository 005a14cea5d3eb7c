import type { ItemId } from '@kindred/shared/id';
import { CURVES, FEATURES, KNOTS } from '@kindred/shared/model/ranking-features';
import { seededRandom } from '@kindred/shared/numeric/random';
import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import fc from 'fast-check';
import type { HistoryEvent } from '../profile/engagement.ts';
import { type ColdStart, NO_COLD_START } from './donors.ts';
import { type TrainedCatalog, TrainedScores } from './trained-scores.ts';

export const ITEMS = 30;
export const items: readonly ItemId[] = Array.from(
  { length: ITEMS },
  (_, i) => `item-${String(i).padStart(2, '0')}` as ItemId,
);

/** An artifact of random weights over `items`. */
export function trainedCatalog(seed: number): TrainedCatalog {
  const random = seededRandom(seed);
  const rows = (): SparseRows => {
    const builder = new SparseRowsBuilder(ITEMS);
    for (let row = 0; row < ITEMS; row++) {
      for (let column = 0; column < ITEMS; column++)
        if (column !== row && random() < 0.3) builder.add(column, random());
      builder.endRow();
    }
    return builder.done();
  };
  const counts = (): Float32Array<ArrayBuffer> => Float32Array.from(items, () => Math.floor(50 * random()));
  return {
    version: 1,
    items,
    numbers: new Map(items.map((item, number) => [item, number])),
    model: {
      collaborative: rows(),
      content: rows(),
      imputed: new SparseRowsBuilder(ITEMS).done(),
      positives: counts(),
      seen: counts(),
      transitions: rows(),
      seenWeight: 0.5,
      historyHalfLifeDays: 20,
    },
    ranker: {
      weights: FEATURES.map(() => 2 * random() - 1),
      diversity: 0.1,
      scales: { floors: { collaborative: 0.1, transitions: 0.1, coEngagement: 0.1, content: 0.1 }, meanShare: 0.5 },
      takesTrends: true,
      takesOrder: true,
      knots: Array.from({ length: KNOTS * CURVES.length }, () => 2 * random() - 1),
    },
    repeatShare: 0,
    imputedShare: Float32Array.from(items, () => (random() < 0.5 ? 0 : random())),
    typical: { positives: 10, seen: 20 },
  };
}

/** The same artifact with a third of its collaborative weights turned below 0, as a fit has them. */
export function withBothSigns(catalog: TrainedCatalog): TrainedCatalog {
  const { collaborative } = catalog.model;
  const values = collaborative.values.map((value, i) => (i % 3 === 1 ? -value : value));
  return { ...catalog, model: { ...catalog.model, collaborative: { ...collaborative, values } } };
}

/** Saves of a few items, some of them unknown to the artifact. */
export const histories: fc.Arbitrary<readonly HistoryEvent[]> = fc
  .uniqueArray(fc.nat(ITEMS + 2), { minLength: 1, maxLength: 6 })
  .map((numbers) =>
    numbers.map((n): HistoryEvent => ({ item: items[n] ?? (`other-${n}` as ItemId), type: 'save', value: 1, atMs: n })),
  );

export function scoresOf(
  catalog: TrainedCatalog,
  history: readonly HistoryEvent[],
  coldStart: ColdStart = NO_COLD_START,
): TrainedScores | undefined {
  return TrainedScores.of({ catalog, coldStart, history });
}
