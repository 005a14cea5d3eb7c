import type { z } from 'zod';
import { type FieldProblem, Problem } from '../../problem.ts';

/** Parses input by a schema. @throws {Problem} `invalid-request`, naming every field that fails. */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields = fieldProblems(parsed.error);
  const { field, reason } = fields[0]!;
  throw new Problem('invalid-request', field === '' ? reason : `${field}: ${reason}`, { fields });
}

const FIELDS_MAX = 20;

/** The mistakes that a failed parse found, in the order of the schema: the first 20. */
export function fieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues
    .flatMap((issue) => {
      const path = issue.path.map(String);
      if (issue.code === 'unrecognized_keys') {
        return issue.keys
          .slice(0, FIELDS_MAX)
          .map((key) => ({ field: shown([...path, key]), reason: 'is not a field that is known here' }));
      }
      if (issue.code === 'invalid_key')
        return [{ field: shown(path), reason: issue.issues[0]?.message ?? issue.message }];
      if (issue.code === 'invalid_type') return [{ field: shown(path), reason: typeReason(issue) }];
      return [{ field: shown(path), reason: issue.message }];
    })
    .slice(0, FIELDS_MAX);
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a finite number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function typeReason(issue: { readonly expected: string; readonly message: string }): string {
  if (issue.message.endsWith('received undefined')) return 'is required';
  return `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
}

/** A field's path, cut where a hostile key makes it long. */
function shown(path: readonly string[]): string {
  const text = path.join('.');
  return (text.length > 200 ? `${text.slice(0, 200)}…` : text).toWellFormed();
}
