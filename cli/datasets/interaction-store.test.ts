import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testFolder } from '../dataset-folder/test-folder.ts';
import type { InteractionRow } from './interaction-row.ts';
import { type Division, InteractionStore, type Split } from './interaction-store.ts';
import { momentText } from './moment.ts';
import { isTestPair } from './split-hash.ts';

const folder = testFolder();
const BY_TIME: Split = { by: 'time' };
const BY_HASH: Split = { by: 'hash', salt: 'csv1' };

interface Divided {
  readonly division: Division;
  readonly train: readonly string[];
  readonly test: readonly string[];
}

/** @returns `undefined` where the rows cannot be divided. */
function divided(rows: readonly InteractionRow[], split: Split): Divided | undefined {
  const store = new InteractionStore(join(folder, randomUUID()), split);
  try {
    for (const row of rows) store.add(row);
    const division = store.divide();
    const linesOf = (part: 'train' | 'test'): string[] =>
      [...store.content(part)].join('').trimEnd().split('\n').slice(1);
    return { division, train: linesOf('train'), test: linesOf('test') };
  } catch {
    return undefined;
  } finally {
    store.close();
  }
}

const lineOf = ({ user, item, value, atMs }: InteractionRow): string =>
  `${user}\t${item}\t${value}${atMs === undefined ? '' : `\t${momentText(atMs)}`}`;

/** The definition, row by row. */
function expected(rows: readonly InteractionRow[], split: Split): Pick<Divided, 'train' | 'test'> {
  const ordered = rows.toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
  const cutMs = ordered[Math.floor(0.9 * rows.length)]?.atMs ?? 0;
  const isTest = ({ user, item, atMs }: InteractionRow): boolean =>
    split.by === 'time' ? (atMs ?? 0) >= cutMs : isTestPair(split.salt, user, item);
  const isSamePair = (a: InteractionRow, b: InteractionRow): boolean => a.user === b.user && a.item === b.item;
  const kept = ordered.filter((row, place) => {
    const others = ordered.filter((other) => other !== row && isSamePair(other, row));
    if (others.some((other) => isTest(other) === isTest(row) && ordered.indexOf(other) > place)) return false;
    return !isTest(row) || others.every(isTest);
  });
  const byId = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  const lines = (wanted: boolean): string[] => {
    const part = kept.filter((row) => isTest(row) === wanted);
    const sorted = split.by === 'time' ? part : part.toSorted((a, b) => byId(a.user, b.user) || byId(a.item, b.item));
    return sorted.map(lineOf);
  };
  return { train: lines(false), test: lines(true) };
}

const idArbitrary = fc.constantFrom('1', '2', '9', '10', '11', 'ä', 'b c', '"');
const rowArbitrary = fc.record({
  user: idArbitrary,
  item: idArbitrary,
  value: fc.constantFrom(-1, 0, 0.5, 3, 4, 1e-7, 1e21),
});

test('divides by time as its definition does: the last tenth, each pair once, none of training in the test', () => {
  // Negative and far moments, and days with many.
  const atArbitrary = fc.integer({ min: -3, max: 40 }).map((step) => step * 21_600_000 + (step % 2));
  const rows = fc.array(fc.tuple(rowArbitrary, atArbitrary), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(rows, (drawn) => {
      const timed = drawn.map(([row, atMs]) => ({ ...row, atMs }));
      const wanted = expected(timed, BY_TIME);
      const found = divided(timed, BY_TIME);
      if (wanted.train.length === 0 || wanted.test.length === 0) expect(found).toBeUndefined();
      else {
        expect({ train: found?.train, test: found?.test }).toEqual(wanted);
        expect(found?.division.repeated).toBe(timed.length - wanted.train.length - wanted.test.length);
      }
    }),
    { numRuns: 150 },
  );
});

test('divides by a hash as its definition does, whatever the order of the rows', () => {
  fc.assert(
    fc.property(fc.array(rowArbitrary, { minLength: 1, maxLength: 40 }), (rows) => {
      const wanted = expected(rows, BY_HASH);
      const found = divided(rows, BY_HASH);
      if (wanted.train.length === 0 || wanted.test.length === 0) expect(found).toBeUndefined();
      else expect({ train: found?.train, test: found?.test }).toEqual(wanted);
    }),
    { numRuns: 150 },
  );
});

test('counts what it has kept', () => {
  const rows = Array.from({ length: 20 }, (_, index) => ({
    user: `u${index % 3}`,
    item: `i${index % 7}`,
    value: 5,
    atMs: index * 1000,
  }));
  const { division } = divided([...rows, { user: 'u0', item: 'i0', value: 1, atMs: 500 }], BY_TIME) ?? {};
  expect(division).toEqual({ train: 17, test: 3, users: 3, items: 7, repeated: 1, cutMs: 17_000 });
});

test('puts ids that are numbers in the order of numbers', () => {
  const rows = Array.from({ length: 120 }, (_, index) => ({ user: String(120 - index), item: '1', value: 1 }));
  const users = divided(rows, BY_HASH)?.train.map((line) => Number(line.split('\t')[0])) ?? [];
  expect(users.length).toBeGreaterThan(50);
  expect(users).toEqual(users.toSorted((a, b) => a - b));
});
