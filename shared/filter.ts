import type { AttributeValue, Filter, ItemFields } from './catalog.ts';

/** Fields that a filter reads: those of an item that are not text to embed. */
export interface FilterFields {
  readonly available: boolean;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly creator: string | undefined;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

type Predicate = (fields: FilterFields) => boolean;

interface LabelCondition {
  readonly any?: readonly string[];
  readonly all?: readonly string[];
  readonly none?: readonly string[];
}

/** Fills in the defaults of absent fields. */
export function filterFieldsOf(fields: ItemFields): FilterFields {
  return {
    available: fields.available ?? true,
    categories: fields.categories ?? [],
    tags: fields.tags ?? [],
    creator: fields.creator,
    attributes: fields.attributes ?? {},
  };
}

/**
 * Compiles a filter once for many items.
 * @returns A pure predicate. Cost of a call: O(labels of the item + conditions).
 */
export function predicateOf(filter: Filter): Predicate {
  const conditions: Predicate[] = [];
  const available = filter.available ?? true;
  if (available !== 'any') conditions.push((fields) => fields.available === available);
  if (filter.categories) conditions.push(...labelPredicates(filter.categories, (fields) => fields.categories));
  if (filter.tags) conditions.push(...labelPredicates(filter.tags, (fields) => fields.tags));
  if (filter.creators) conditions.push(...creatorPredicates(filter.creators));
  for (const [name, condition] of Object.entries(filter.attributes ?? {})) {
    conditions.push(attributePredicate(name, condition));
  }
  return (fields) => conditions.every((condition) => condition(fields));
}

function labelPredicates(
  { any, all, none }: LabelCondition,
  labelsOf: (fields: FilterFields) => readonly string[],
): Predicate[] {
  const predicates: Predicate[] = [];
  if (any) {
    const wanted = new Set(any);
    predicates.push((fields) => labelsOf(fields).some((label) => wanted.has(label)));
  }
  if (all) {
    const wanted = new Set(all);
    predicates.push((fields) => wanted.isSubsetOf(new Set(labelsOf(fields))));
  }
  if (none) {
    const unwanted = new Set(none);
    predicates.push((fields) => !labelsOf(fields).some((label) => unwanted.has(label)));
  }
  return predicates;
}

/** An item without a creator fails `any` and passes `none`. */
function creatorPredicates({ any, none }: Omit<LabelCondition, 'all'>): Predicate[] {
  const predicates: Predicate[] = [];
  if (any) {
    const wanted = new Set(any);
    predicates.push(({ creator }) => creator !== undefined && wanted.has(creator));
  }
  if (none) {
    const unwanted = new Set(none);
    predicates.push(({ creator }) => creator === undefined || !unwanted.has(creator));
  }
  return predicates;
}

/** An item without the attribute fails; `gte` and `lte` are for numbers alone. */
function attributePredicate(
  name: string,
  { gte, lte, in: values }: { gte?: number; lte?: number; in?: readonly AttributeValue[] },
): Predicate {
  const wanted = values && new Set(values);
  return ({ attributes }) => {
    if (!Object.hasOwn(attributes, name)) return false;
    const value = attributes[name]!;
    if (gte !== undefined && !(typeof value === 'number' && value >= gte)) return false;
    if (lte !== undefined && !(typeof value === 'number' && value <= lte)) return false;
    return wanted === undefined || wanted.has(value);
  };
}
