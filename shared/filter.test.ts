import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AttributeValue, type Filter, filterSchema, type ItemFields } from './catalog.ts';
import { type FilterFields, filterFieldsOf, predicateOf } from './filter.ts';

const label = fc.constantFrom('a', 'b', 'c', 'A', '__proto__');
const labels = fc.uniqueArray(label, { maxLength: 3 });
const wanted = fc.array(label, { minLength: 1, maxLength: 3 });
const name = fc.constantFrom('year', 'colour', 'toString');
const value = fc.oneof(fc.constantFrom(0, -0, 1, 2, 2.5, true, false, '', '1', 'red'));
const optional = { requiredKeys: [] };

const item: fc.Arbitrary<ItemFields> = fc.record(
  {
    categories: labels,
    tags: labels,
    creator: label,
    available: fc.boolean(),
    attributes: fc.dictionary(name, value, { maxKeys: 3 }),
  },
  optional,
);
const labelCondition = fc.record({ any: wanted, all: wanted, none: wanted }, optional);
const attributeCondition = fc
  .record(
    {
      gte: fc.constantFrom(0, 1, 2),
      lte: fc.constantFrom(0, 1, 2.5),
      in: fc.array(value, { minLength: 1, maxLength: 3 }),
    },
    optional,
  )
  .filter((condition) => Object.keys(condition).length > 0);
const part: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ categories: labelCondition }),
  fc.record({ tags: labelCondition }),
  fc.record({ creators: fc.record({ any: wanted, none: wanted }, optional) }),
  fc.record({ attributes: fc.dictionary(name, attributeCondition, { maxKeys: 2 }) }),
  fc.record({ available: fc.constantFrom(true, false, 'any' as const) }),
);
/** Has few conditions: hardly any item passes many. */
const filter: fc.Arbitrary<Filter> = fc.tuple(part, part).map(([left, right]) => ({ ...left, ...right }));

/** The documented meaning, word by word. */
function naive(
  { categories = {}, tags = {}, creators = {}, attributes = {}, available = true }: Filter,
  of: FilterFields,
): boolean {
  const labelsPass = (
    { any, all = [], none = [] }: { any?: readonly string[]; all?: readonly string[]; none?: readonly string[] },
    has: readonly string[],
  ): boolean =>
    (any === undefined || any.some((one) => has.includes(one))) &&
    all.every((one) => has.includes(one)) &&
    !none.some((one) => has.includes(one));
  const attributePasses = ([key, condition]: [
    string,
    { gte?: number; lte?: number; in?: readonly AttributeValue[] },
  ]): boolean => {
    const entry = Object.entries(of.attributes).find(([attribute]) => attribute === key);
    if (entry === undefined) return false;
    const [, has] = entry;
    if (condition.gte !== undefined && (typeof has !== 'number' || has < condition.gte)) return false;
    if (condition.lte !== undefined && (typeof has !== 'number' || has > condition.lte)) return false;
    return condition.in === undefined || condition.in.includes(has);
  };
  return (
    (available === 'any' || of.available === available) &&
    labelsPass(categories, of.categories) &&
    labelsPass(tags, of.tags) &&
    labelsPass(creators, of.creator === undefined ? [] : [of.creator]) &&
    Object.entries(attributes).every(attributePasses)
  );
}

test('a compiled filter keeps exactly the items that its conditions allow', () => {
  let kept = 0;
  fc.assert(
    fc.property(filter, item, (conditions, fields) => {
      const given = filterSchema.parse(conditions);
      const of = filterFieldsOf(fields);
      const passes = predicateOf(given)(of);
      expect(passes).toBe(naive(given, of));
      if (passes) kept++;
    }),
    { numRuns: 2_000 },
  );
  expect(kept).toBeGreaterThan(50);
});

test('an item without fields is available and has no labels, creator or attributes', () => {
  const of = filterFieldsOf({});
  expect(of).toEqual({ available: true, categories: [], tags: [], creator: undefined, attributes: {} });
  expect(predicateOf({})(of)).toBe(true);
  expect(predicateOf({ available: false })(of)).toBe(false);
  expect(predicateOf({ creators: { none: ['a'] }, tags: { none: ['a'] } })(of)).toBe(true);
  expect(predicateOf({ attributes: { toString: { in: ['x'] } } })(of)).toBe(false);
});
