import fc from 'fast-check';
import { isValid, type JsonSchema } from './json-schema.ts';
import type { Operation } from './operation.ts';

/** A request as values: parameters by name, and the JSON of the body. */
export interface RequestValues {
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** Values for the fields that more than a schema binds. Those that are `undefined` are left out. */
export type KnownFields = Readonly<Record<string, fc.Arbitrary<unknown> | undefined>>;

const SCALARS = [0, 1, 0.5, 20, 1_900, true, false, 'a', 'Moby-Dick', 'ü 🦉', '"17"', '*', 'any', 'click'];
const FORMATTED = ['2026-01-31T12:00:00Z', '0001-01-01T00:00:00-01:30', 'https://cdn.example/a.jpg', ''];

/** Requests that the operation's document allows. */
export function validRequests(operation: Operation, known: KnownFields): fc.Arbitrary<RequestValues> {
  const { path, query, header } = operation.parts;
  const body = operation.body === undefined ? fc.constant(undefined) : valuesOf(operation.body, known);
  return fc.record({
    path: fieldsOf(path, known),
    query: fieldsOf(query, known),
    header: fieldsOf(header, known),
    body,
  });
}

function valuesOf(schema: JsonSchema, known: KnownFields): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.type === 'object') return fieldsOf(schema, known);
  if (schema.type === 'array' && schema.items !== undefined) {
    return fc.array(valuesOf(schema.items, known), { minLength: schema.minItems ?? 0, maxLength: 3 });
  }
  return fc.constantFrom(...[...SCALARS, ...FORMATTED].filter((value) => isValid(schema, value)));
}

function fieldsOf(schema: JsonSchema, known: KnownFields): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const { properties = {}, required = [], additionalProperties } = schema;
  if (typeof additionalProperties === 'object') {
    return fc.dictionary(fc.constantFrom('year', 'colour'), valuesOf(additionalProperties, known), { maxKeys: 2 });
  }
  const fields = Object.entries(properties).flatMap(([name, field]) => {
    const values = Object.hasOwn(known, name) ? known[name] : valuesOf(field, known);
    return values === undefined ? [] : [[name, values] as const];
  });
  const alternatives = (schema.oneOf ?? [{ required: [] }]).map((each) => each.required);
  const exclusive = new Set(alternatives.flat());
  return fc.constantFrom(...alternatives).chain((chosen) => {
    const own = fields.filter(([name]) => !exclusive.has(name) || chosen.includes(name));
    return fc
      .record(Object.fromEntries(own), { requiredKeys: [...required, ...chosen] })
      .filter((value) => isValid(schema, value));
  });
}
