import { isValid, type JsonSchema } from './json-schema.ts';
import type { Operation } from './operation.ts';
import type { RequestValues } from './valid-request.ts';

/** One change that makes a valid request one that its document forbids. */
export interface Mutation {
  /** Path of the changed value: `body.items.0.title`. */
  readonly where: string;
  readonly values: RequestValues;
}

const LONG = 'x'.repeat(101_000);
const BAD_TEXTS = [
  '',
  ' ',
  '.',
  '..',
  '-1',
  '0',
  '1.5',
  'NaN',
  'ten',
  '!!!',
  'a\u0001b',
  'a\0b',
  'UPPER',
  'x'.repeat(300),
  LONG,
];
const BAD_VALUES = [
  ...BAD_TEXTS,
  null,
  true,
  -1,
  0,
  1.5,
  201,
  2 ** 53,
  1e300,
  [],
  {},
  [null],
  [[]],
  { a: 1 },
  { gte: '1' },
];
const UNKNOWN_NAMES = ['colour', '__proto__', 'constructor', ''];
/** Longer lists than this are not sent: their limits are tested by name. */
const ITEMS_SENT_MAX = 1_100;

interface Change {
  readonly where: string;
  readonly value: unknown;
}

/** Every mutation of a request, in a fixed order. */
export function mutationsOf(operation: Operation, values: RequestValues): readonly Mutation[] {
  const { path, query, header } = operation.parts;
  const mutations: Mutation[] = [];
  for (const { where, value } of parameterChanges(path, values.path)) {
    mutations.push({ where: `path.${where}`, values: { ...values, path: value } });
  }
  for (const { where, value } of parameterChanges(query, values.query)) {
    mutations.push({ where: `query.${where}`, values: { ...values, query: value } });
  }
  for (const { where, value } of parameterChanges(header, values.header)) {
    // Other characters do not pass through the client.
    if (/^[\x20-\x7e]{0,4000}$/.test(String(value[where]))) {
      mutations.push({ where: `header.${where}`, values: { ...values, header: value } });
    }
  }
  for (const { where, value } of operation.body === undefined ? [] : changes(operation.body, values.body)) {
    mutations.push({ where: `body${where}`, values: { ...values, body: value } });
  }
  return mutations;
}

/** Parameters are texts, which their schemas read as numbers where they are such. */
function* parameterChanges(
  { properties = {} }: JsonSchema,
  values: Readonly<Record<string, unknown>>,
): Generator<{ where: string; value: Readonly<Record<string, unknown>> }> {
  for (const [name, schema] of Object.entries(properties)) {
    for (const text of BAD_TEXTS.filter((bad) => bad !== LONG)) {
      const isNumber = (schema.type === 'integer' || schema.type === 'number') && /^-?\d+(\.\d+)?$/.test(text);
      if (!isValid(schema, isNumber ? Number(text) : text)) yield { where: name, value: { ...values, [name]: text } };
    }
  }
}

function* changes(schema: JsonSchema, value: unknown): Generator<Change> {
  for (const bad of BAD_VALUES) if (!isValid(schema, bad)) yield { where: '', value: bad };
  if (Array.isArray(value)) yield* listChanges(schema, value);
  else if (typeof value === 'object' && value !== null) yield* objectChanges(schema, value);
}

function* listChanges(
  { items = {}, maxItems = Number.POSITIVE_INFINITY }: JsonSchema,
  list: readonly unknown[],
): Generator<Change> {
  if (maxItems < ITEMS_SENT_MAX && list.length > 0) {
    yield { where: '.length', value: Array.from({ length: maxItems + 1 }, () => list[0]) };
  }
  for (const [place, item] of list.entries()) {
    for (const { where, value } of changes(items, item))
      yield { where: `.${place}${where}`, value: list.with(place, value) };
  }
}

function* objectChanges(schema: JsonSchema, given: object): Generator<Change> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const fields = Object.entries(given);
  for (const name of required) {
    yield { where: `.${name}`, value: Object.fromEntries(fields.filter(([field]) => field !== name)) };
  }
  if (additionalProperties === false) {
    for (const name of UNKNOWN_NAMES) yield { where: '.unknown', value: Object.fromEntries([...fields, [name, 1]]) };
  } else if (typeof additionalProperties === 'object') {
    for (const { where, value } of changes(additionalProperties, undefined)) {
      yield { where: `.year${where}`, value: { ...given, year: value } };
    }
  }
  for (const [name, field] of Object.entries(properties)) {
    const before: unknown = Reflect.get(given, name);
    for (const { where, value } of changes(field, before))
      yield { where: `.${name}${where}`, value: { ...given, [name]: value } };
  }
}
