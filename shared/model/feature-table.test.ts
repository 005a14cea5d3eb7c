import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeParts } from './ranker.ts';
import {
  type CandidateSignals,
  CURVES,
  FEATURES,
  type FeatureScales,
  IMPUTED_SHARE,
  KNOTS,
  PARTS,
  TERM_COUNT,
  writeFeatures,
  writeTerms,
} from './ranking-features.ts';

const sum = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const positive = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true }));
const share = fc.double({ min: 0, max: 1, noNaN: true });
const floor = fc.double({ min: 1e-9, max: 1e3, noNaN: true });
/** Signals as they may come, with decayed sums that were asked for long before their events. */
const signals: fc.Arbitrary<CandidateSignals> = fc.record({
  collaborative: sum,
  collaborativeMax: positive,
  collaborativeRecent: positive,
  collaborativeSeen: positive,
  coEngagement: positive,
  content: positive,
  contentMax: positive,
  transitions: positive,
  transitionsLast: positive,
  imputedShare: share,
  positives: positive,
  seen: positive,
  trending: fc.oneof(positive, fc.constant(Number.MAX_VALUE)),
  popular: fc.oneof(positive, fc.constant(Number.MAX_VALUE)),
});
const scales: fc.Arbitrary<FeatureScales> = fc.record({
  floors: fc.record({ collaborative: floor, transitions: floor, coEngagement: floor, content: floor }),
  meanShare: share,
});
const weight = fc.double({ min: -3, max: 3, noNaN: true });

test('every curve of every signal is finite, and so is every feature', () => {
  fc.assert(
    fc.property(signals, scales, fc.nat(500), (given, scale, likedCount) => {
      const terms = new Float32Array(TERM_COUNT);
      writeTerms(given, scale, terms, 0);
      for (const [place, { name }] of CURVES.entries()) expect(terms[place], name).toSatisfy(Number.isFinite);
      expect(terms.at(-1)).toBe(Math.fround(given.imputedShare));
      const features = new Float32Array(FEATURES.length);
      writeFeatures(terms, 0, likedCount, new Array(KNOTS * CURVES.length).fill(0), features, 0);
      for (const [place, { name }] of FEATURES.entries()) expect(features[place], name).toSatisfy(Number.isFinite);
    }),
  );
});

test('names are unique, parts are known, and every part has a feature', () => {
  expect(new Set(FEATURES.map(({ name }) => name)).size).toBe(FEATURES.length);
  expect(new Set(CURVES.map(({ name }) => name)).size).toBe(CURVES.length);
  expect(new Set(FEATURES.map(({ part }) => part))).toEqual(new Set(PARTS));
  for (const { part } of CURVES) expect(PARTS).toContain(part);
});

test('the features of each curve stand together: itself, its knots, and itself by the length of the history', () => {
  for (const [curve, { name, part }] of CURVES.entries()) {
    const first = curve * (KNOTS + 2);
    const own = FEATURES.slice(first, first + KNOTS + 2);
    expect(own.map((feature) => feature.name)).toEqual([
      name,
      ...Array.from({ length: KNOTS }, (_, knot) => `${name} above knot ${knot + 1}`),
      `${name} × log history`,
    ]);
    expect(own.every((feature) => feature.part === part)).toBe(true);
    expect(own.map(({ isFine }) => isFine)).toEqual([false, ...new Array(KNOTS + 1).fill(true)]);
  }
  expect(FEATURES.slice(IMPUTED_SHARE).every(({ part }) => part === 'cold-start')).toBe(true);
});

test('a feature above a knot is 0 up to it and grows one by one beyond', () => {
  fc.assert(
    fc.property(signals, scales, fc.array(weight, { minLength: KNOTS, maxLength: KNOTS }), (given, scale, knots) => {
      const terms = new Float32Array(TERM_COUNT);
      writeTerms(given, scale, terms, 0);
      const features = new Float32Array(FEATURES.length);
      writeFeatures(
        terms,
        0,
        15,
        CURVES.flatMap(() => knots),
        features,
        0,
      );
      for (const [curve, { name }] of CURVES.entries()) {
        const first = curve * (KNOTS + 2);
        expect(features[first], name).toBe(terms[curve]);
        for (const [place, knot] of knots.entries()) {
          expect(features[first + 1 + place], name).toBe(Math.fround(Math.max(0, terms[curve]! - knot)));
        }
      }
    }),
  );
});

test('an item’s features follow from its own signals, wherever they are written', () => {
  fc.assert(
    fc.property(fc.array(signals, { minLength: 2, maxLength: 4 }), scales, fc.nat(50), (all, scale, likedCount) => {
      const knots = CURVES.flatMap(() => [-1, 0, 1]);
      const together = new Float32Array(all.length * FEATURES.length).fill(7);
      const terms = new Float32Array(all.length * TERM_COUNT).fill(7);
      for (const [place, each] of all.entries()) {
        writeTerms(each, scale, terms, place * TERM_COUNT);
        writeFeatures(terms, place * TERM_COUNT, likedCount, knots, together, place * FEATURES.length);
      }
      for (const [place, each] of all.entries()) {
        const [ownTerms, own] = [new Float32Array(TERM_COUNT), new Float32Array(FEATURES.length)];
        writeTerms(each, scale, ownTerms, 0);
        writeFeatures(ownTerms, 0, likedCount, knots, own, 0);
        expect(together.subarray(place * FEATURES.length, (place + 1) * FEATURES.length)).toEqual(own);
      }
    }),
  );
});

test('a score is finite and the sum of its parts for any signals and weights', () => {
  const weights = fc.array(weight, { minLength: FEATURES.length, maxLength: FEATURES.length });
  fc.assert(
    fc.property(signals, scales, weights, (given, scale, weighed) => {
      const knots = CURVES.flatMap(() => [-1, 0, 1]);
      const [terms, features] = [new Float32Array(TERM_COUNT), new Float32Array(FEATURES.length)];
      writeTerms(given, scale, terms, 0);
      writeFeatures(terms, 0, 9, knots, features, 0);
      const parts = new Float64Array(PARTS.length);
      const score = writeParts({ weights: weighed }, features, parts);
      expect(score).toSatisfy(Number.isFinite);
      const total = parts.reduce((sumOfParts, part) => sumOfParts + part, 0);
      expect(Math.abs(score - total)).toBeLessThanOrEqual(
        1e-9 * parts.reduce((size, part) => size + Math.abs(part), 1),
      );
    }),
  );
});
