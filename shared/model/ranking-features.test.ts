import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeParts } from './ranker.ts';
import {
  CURVES,
  FEATURES,
  IMPUTED_SHARE,
  KNOTS,
  PARTS,
  TERM_COUNT,
  writeFeatures,
  writeTerms,
} from './ranking-features.ts';

const number = fc.double({ min: -5, max: 5, noNaN: true });
const terms = fc.array(number, { minLength: TERM_COUNT, maxLength: TERM_COUNT });
const knots = fc.array(number, { minLength: KNOTS * CURVES.length, maxLength: KNOTS * CURVES.length });
const weights = fc.array(number, { minLength: FEATURES.length, maxLength: FEATURES.length });

test('a score is the sum of its parts, each the sum of its own features', () => {
  fc.assert(
    fc.property(terms, knots, weights, fc.nat(500), (values, bent, weighed, liked) => {
      const features = new Float32Array(FEATURES.length);
      writeFeatures(Float32Array.from(values), 0, liked, bent, features, 0);
      const parts = new Float64Array(PARTS.length).fill(7);
      const score = writeParts({ weights: weighed }, features, parts);
      for (const [place, part] of PARTS.entries()) {
        const own = FEATURES.reduce((sum, { part: of }, f) => sum + (of === part ? weighed[f]! * features[f]! : 0), 0);
        expect(parts[place]).toBeCloseTo(own, 6);
      }
      expect(score).toBeCloseTo(
        parts.reduce((sum, part) => sum + part, 0),
        6,
      );
    }),
  );
});

test('every feature has a value, and the imputed share stands where it is said to', () => {
  fc.assert(
    fc.property(terms, knots, fc.nat(500), (values, bent, liked) => {
      const features = new Float32Array(FEATURES.length + 1).fill(Number.NaN);
      writeFeatures(Float32Array.from([99, ...values]), 1, liked, bent, features, 1);
      expect(features[0]).toBeNaN();
      expect(features.subarray(1).some(Number.isNaN)).toBe(false);
      expect(features[1 + IMPUTED_SHARE]).toBe(Math.fround(values.at(-1)!) + 0);
      expect(FEATURES[IMPUTED_SHARE]!.name).toBe('imputed share');
    }),
  );
});

test('an item that is imputed nothing has the score of its other features, whatever stood there before', () => {
  fc.assert(
    fc.property(terms, knots, weights, fc.nat(500), (values, bent, weighed, liked) => {
      const features = new Float32Array(FEATURES.length).fill(3);
      writeFeatures(Float32Array.from([...values.slice(0, -1), 0]), 0, liked, bent, features, 0);
      expect(features.subarray(IMPUTED_SHARE).every((value) => value === 0)).toBe(true);
      const score = writeParts({ weights: weighed }, features, new Float64Array(PARTS.length));
      const wanted = weighed.slice(0, IMPUTED_SHARE).reduce((sum, weight, f) => sum + weight * features[f]!, 0);
      expect(score).toBeCloseTo(wanted, 6);
    }),
  );
});

test('terms are the logarithms of the sums above their floors, the counts and the shares', () => {
  const into = new Float32Array(TERM_COUNT);
  const signals = {
    collaborative: 2,
    collaborativeMax: 0.4,
    collaborativeRecent: 0.7,
    collaborativeSeen: 0.3,
    coEngagement: 0,
    content: 1,
    contentMax: 0.5,
    transitions: 0.6,
    transitionsLast: 0,
    imputedShare: 0.25,
    positives: 30,
    seen: 40,
    trending: 1,
    popular: 3,
  };
  writeTerms(
    signals,
    { floors: { collaborative: 1, transitions: 0.2, coEngagement: 0.5, content: 0.1 }, meanShare: 0.5 },
    into,
    0,
  );
  const wanted = [
    ...[Math.log(3), Math.log(0.7), 0.3, Math.log(0.5), Math.log(1.1), Math.log(0.53)],
    ...[Math.log(31), Math.log(41), 35 / 50, Math.log(1), Math.log(0.8), Math.log(0.2), Math.log(2), Math.log(4), 0.25],
  ];
  for (const [place, value] of wanted.entries()) expect(into[place]).toBeCloseTo(value, 5);
});
