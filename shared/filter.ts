import type { AttributeValue, Filter, ItemFields } from './catalog.ts';

/** Fields that a filter reads: those of an item that are not text to embed. */
export interface FilterFields {
  readonly available: boolean;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly creator: string | undefined;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** The fields of an item, with the defaults that an item without a field has. */
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
 * Compiles a filter once, so that testing an item allocates nothing.
 * @returns A pure predicate. Cost of a call: O(labels of the item + conditions).
 */
export function predicateOf(filter: Filter): (fields: FilterFields) => boolean {
  const conditions: ((fields: FilterFields) => boolean)[] = [];
  const available = filter.available ?? true;
  if (available !== 'any') conditions.push((fields) => fields.available === available);
  if (filter.categories) conditions.push(...labelConditions(filter.categories, (fields) => fields.categories));
  if (filter.tags) conditions.push(...labelConditions(filter.tags, (fields) => fields.tags));
  if (filter.creators) {
    const { any, none } = filter.creators;
    if (any) {
      const wanted = new Set(any);
      conditions.push((fields) => fields.creator !== undefined && wanted.has(fields.creator));
    }
    if (none) {
      const unwanted = new Set(none);
      conditions.push((fields) => fields.creator === undefined || !unwanted.has(fields.creator));
    }
  }
  for (const [name, condition] of Object.entries(filter.attributes ?? {})) {
    conditions.push(attributeCondition(name, condition));
  }
  return (fields) => conditions.every((condition) => condition(fields));
}

function labelConditions(
  { any, all, none }: { any?: readonly string[]; all?: readonly string[]; none?: readonly string[] },
  labelsOf: (fields: FilterFields) => readonly string[],
): ((fields: FilterFields) => boolean)[] {
  const conditions: ((fields: FilterFields) => boolean)[] = [];
  if (any) {
    const wanted = new Set(any);
    conditions.push((fields) => labelsOf(fields).some((label) => wanted.has(label)));
  }
  if (all) {
    const wanted = new Set(all);
    conditions.push((fields) => wanted.isSubsetOf(new Set(labelsOf(fields))));
  }
  if (none) {
    const unwanted = new Set(none);
    conditions.push((fields) => !labelsOf(fields).some((label) => unwanted.has(label)));
  }
  return conditions;
}

function attributeCondition(
  name: string,
  condition: { gte?: number; lte?: number; in?: readonly AttributeValue[] },
): (fields: FilterFields) => boolean {
  const { gte, lte } = condition;
  const wanted = condition.in && new Set(condition.in);
  return ({ attributes }) => {
    if (!Object.hasOwn(attributes, name)) return false;
    const value = attributes[name]!;
    if (gte !== undefined && !(typeof value === 'number' && value >= gte)) return false;
    if (lte !== undefined && !(typeof value === 'number' && value <= lte)) return false;
    return wanted === undefined || wanted.has(value);
  };
}
