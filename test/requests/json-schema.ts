import { z } from 'zod';

/** The part of JSON Schema that the OpenAPI documents of Kindred use for requests. */
export interface JsonSchema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly not?: { readonly enum: readonly unknown[] };
}

const validators = new WeakMap<JsonSchema, z.ZodType>();

export function isValid(schema: JsonSchema, value: unknown): boolean {
  let validator = validators.get(schema);
  if (validator === undefined) {
    // zod reads no `not`; ids forbid single values by it.
    validator = z.fromJSONSchema(JSON.parse(JSON.stringify(schema), (key, part) => (key === 'not' ? undefined : part)));
    validators.set(schema, validator);
  }
  return schema.not?.enum.includes(value) !== true && validator.safeParse(value).success;
}
