import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ItemId } from '../id.ts';
import { packIds } from '../numeric/packed-ids.ts';
import { type SparseRows, SparseRowsBuilder } from '../numeric/sparse-rows.ts';
import { type Artifact, decodeArtifact, encodeArtifact } from './artifact.ts';
import { CURVES, FEATURES, KNOTS } from './ranking-features.ts';

const ITEMS = 5;
const weight = fc.integer({ min: -64, max: 64 }).map((whole) => whole / 64);
const rows: fc.Arbitrary<SparseRows> = fc
  .array(fc.array(weight, { minLength: ITEMS, maxLength: ITEMS }), { minLength: ITEMS, maxLength: ITEMS })
  .map((dense) => {
    const builder = new SparseRowsBuilder(ITEMS);
    for (const row of dense) {
      for (const [column, value] of row.entries()) if (value !== 0) builder.add(column, value);
      builder.endRow();
    }
    return builder.done();
  });
const counts = fc
  .array(fc.nat(1_000), { minLength: ITEMS, maxLength: ITEMS })
  .map((numbers) => Float32Array.from(numbers));
const floor = fc.double({ min: 1e-9, max: 10, noNaN: true });
const weightsOf = (length: number) => fc.array(weight, { minLength: length, maxLength: length });
const artifacts: fc.Arbitrary<Artifact> = fc.record({
  items: fc.constant(packIds(Array.from({ length: ITEMS }, (_, item) => `item-${item}` as ItemId))),
  model: fc.record({
    collaborative: rows,
    content: rows,
    imputed: rows,
    transitions: rows,
    positives: counts,
    seen: counts,
    seenWeight: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => share + 0),
    historyHalfLifeDays: fc.oneof(
      fc.constant(Number.POSITIVE_INFINITY),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    ),
  }),
  ranker: fc.option(
    fc.record({
      weights: weightsOf(FEATURES.length),
      diversity: fc.constantFrom(0, 0.02, 1),
      scales: fc.record({
        floors: fc.record({ collaborative: floor, transitions: floor, coEngagement: floor, content: floor }),
        meanShare: fc.constantFrom(0, 0.25, 1),
      }),
      knots: weightsOf(KNOTS * CURVES.length),
      takesTrends: fc.boolean(),
      takesOrder: fc.boolean(),
    }),
    { nil: undefined },
  ),
  repeatShare: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => share + 0),
});

test('an artifact survives its bytes, with transitions, and with a finite or an infinite half-life', () => {
  fc.assert(
    fc.property(artifacts, (artifact) => {
      expect(decodeArtifact(encodeArtifact(artifact))).toEqual(artifact);
    }),
  );
});

test('bytes that are cut off are no artifact', () => {
  fc.assert(
    fc.property(artifacts, fc.double({ min: 0, max: 0.99, noNaN: true }), (artifact, share) => {
      const bytes = encodeArtifact(artifact);
      expect(() => decodeArtifact(bytes.slice(0, Math.floor(share * bytes.length)))).toThrow();
    }),
  );
});
