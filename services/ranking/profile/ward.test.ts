import { normalise } from '@kindred/shared/numeric/vector';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wardClusters } from './ward.ts';

const vectors = fc
  .array(fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }), {
    minLength: 0,
    maxLength: 14,
  })
  .map((rows) =>
    rows.map((row) => normalise(Float32Array.from(row.map((value, index) => value + (index + 1) * 1e-3)))),
  );

/** Ward by the definition: merge the pair whose union adds least to the sum of squared distances to the means. */
function bruteForce(points: readonly Float32Array[], mergeCostMax: number): number[][] {
  let clusters = points.map((_, index) => [index]);
  const meanOf = (members: number[]): number[] =>
    Array.from(points[0]!, (_, i) => members.reduce((sum, index) => sum + points[index]![i]!, 0) / members.length);
  const cost = (a: number[], b: number[]): number => {
    const [left, right] = [meanOf(a), meanOf(b)];
    const squared = left.reduce((sum, value, i) => sum + (value - right[i]!) ** 2, 0);
    // The Lance–Williams form starts from squared distances: twice the increase of variance.
    return (2 * a.length * b.length * squared) / (a.length + b.length);
  };
  while (clusters.length > 1) {
    const pairs = clusters.flatMap((a, i) => clusters.slice(i + 1).map((b) => ({ a, b, cost: cost(a, b) })));
    const least = pairs.reduce((best, pair) => (pair.cost < best.cost ? pair : best));
    if (least.cost > mergeCostMax) break;
    clusters = [...clusters.filter((cluster) => cluster !== least.a && cluster !== least.b), [...least.a, ...least.b]];
  }
  return clusters.map((cluster) => cluster.sort((a, b) => a - b)).sort((a, b) => a[0]! - b[0]!);
}

test('gives the clusters of Ward’s criterion computed by its definition', () => {
  fc.assert(
    fc.property(vectors, fc.double({ min: 0.05, max: 6, noNaN: true }), (points, mergeCostMax) => {
      // Where two merges cost the same, either order is right: such draws say nothing.
      const near = (value: number): number => Math.round(value * 1e4);
      const result = wardClusters(points, mergeCostMax).map((cluster) => [...cluster]);
      const wanted = bruteForce(points, mergeCostMax);
      fc.pre(near(mergeCostMax) !== 0);
      if (JSON.stringify(result) !== JSON.stringify(wanted)) {
        // Both must then be cuts of equal quality.
        const within = (clusters: number[][]): number =>
          clusters.reduce((sum, members) => {
            const mean = Array.from(
              points[0]!,
              (_, i) => members.reduce((s, m) => s + points[m]![i]!, 0) / members.length,
            );
            return sum + members.reduce((s, m) => s + mean.reduce((d, v, i) => d + (points[m]![i]! - v) ** 2, 0), 0);
          }, 0);
        expect(within(result)).toBeCloseTo(within(wanted), 4);
      }
    }),
  );
});

test('puts every vector into exactly one cluster', () => {
  fc.assert(
    fc.property(vectors, fc.double({ min: 0, max: 60, noNaN: true }), (points, mergeCostMax) => {
      const members = wardClusters(points, mergeCostMax).flat();
      expect(members.sort((a, b) => a - b)).toEqual(points.map((_, index) => index));
    }),
  );
});

test('merges two vectors at 2 − 2·cosine', () => {
  const points = [normalise(Float32Array.of(1, 0)), normalise(Float32Array.of(1, 1))];
  const cost = 2 - 2 * Math.SQRT1_2;
  expect(wardClusters(points, cost - 1e-6)).toHaveLength(2);
  expect(wardClusters(points, cost + 1e-6)).toHaveLength(1);
});
