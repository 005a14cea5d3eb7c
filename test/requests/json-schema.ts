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
  /** Exactly one of these sets of fields is there. */
  readonly oneOf?: readonly { readonly required: readonly string[] }[];
  readonly not?: { readonly enum: readonly unknown[] };
}

const validators = new WeakMap<JsonSchema, z.ZodType>();

export function isValid(schema: JsonSchema, value: unknown): boolean {
  let validator = validators.get(schema);
  if (validator === undefined) {
    // zod reads no `not`, by which ids forbid single values, and no `oneOf` of required fields.
    const readable = (key: string, part: unknown): unknown => (key === 'not' || key === 'oneOf' ? undefined : part);
    validator = z.fromJSONSchema(JSON.parse(JSON.stringify(schema), readable));
    validators.set(schema, validator);
  }
  return schema.not?.enum.includes(value) !== true && validator.safeParse(value).success;
}
