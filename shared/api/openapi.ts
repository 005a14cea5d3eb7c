import { z } from 'zod';
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import { PROBLEMS, type ProblemCode } from '../problem.ts';
import { batchProblemSchema, problemSchema } from './problem-schema.ts';
import type { Route, RowsBody } from './route.ts';

/** Problems that any address can answer with. */
const COMMON: readonly ProblemCode[] = [
  'invalid-request',
  'invalid-http',
  'invalid-path',
  'unauthorized',
  'host-refused',
  'request-timeout',
  'headers-too-large',
  'unavailable',
];

/** Problems that any address with a method other than GET can answer with besides. */
const CHANGING: readonly ProblemCode[] = ['origin-refused'];

const RETRY_AFTER = { description: 'Seconds after which to ask again', schema: { type: 'string', pattern: '^\\d+$' } };

/** The OpenAPI 3.1 document of the routes, from the schemas that parse their requests. */
export function openApiOf(routes: readonly Route[], version: string): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    Object.assign(paths[route.path]!, { [route.method]: operationOf(route) });
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Kindred',
      version,
      description: 'A recommendation engine that you host yourself: items and events in, ranked slates out.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    security: [{}, { key: [] }],
    paths,
  });
}

function operationOf(route: Route): object {
  const { summary, description, params, query, headers, body, rows } = route;
  return givenOf({
    summary,
    description,
    requestParams: givenOf({ path: params, query, header: headers }),
    requestBody: body ? bodyOf({ 'application/json': { schema: body } }) : rows && rowsBodyOf(rows),
    responses: { ...answersOf(route), ...problemsOf(route) },
  });
}

/** The members that have a value: the generator stumbles over those without. */
function givenOf(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

const bodyOf = (content: object): object => ({ required: true, content });

function rowsBodyOf({ list, row }: RowsBody): object {
  return bodyOf({
    'application/json': { schema: z.strictObject({ [list]: z.array(row).min(1) }) },
    'application/x-ndjson': { schema: row },
  });
}

function answersOf({ answers }: Route): object {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, body }]) => [
      status,
      givenOf({ description, content: body && { 'application/json': { schema: body } } }),
    ]),
  );
}

function problemsOf({ method, problems, rows }: Route): object {
  const common = method === 'get' ? COMMON : [...COMMON, ...CHANGING];
  const codesByStatus = Map.groupBy([...common, ...problems], (code) => PROBLEMS[code][0]);
  const schema = rows ? batchProblemSchema : problemSchema;
  return Object.fromEntries(
    [...codesByStatus].map(([status, codes]) => [
      status,
      givenOf({
        description: codes.join(', '),
        headers: status === 503 ? { 'Retry-After': RETRY_AFTER } : undefined,
        content: { 'application/problem+json': { schema } },
      }),
    ]),
  );
}
