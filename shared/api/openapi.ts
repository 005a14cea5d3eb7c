import { z } from 'zod';
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import { PROBLEMS, type ProblemCode } from '../problem.ts';
import type { Route } from './route.ts';

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string(),
    field: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), reason: z.string() })).optional(),
    requestId: z.string(),
  })
  .meta({ id: 'Problem', description: 'An error as RFC 9457 has it, with the code and the offending field' });

/** Problems that any address can answer with. */
const COMMON: readonly ProblemCode[] = ['invalid-request', 'unauthorized', 'host-refused', 'unavailable'];

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
  const requestParams = {
    ...(params && { path: params }),
    ...(query && { query }),
    ...(headers && { header: headers }),
  };
  return {
    summary,
    ...(description && { description }),
    ...(Object.keys(requestParams).length > 0 && { requestParams }),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    ...(rows && {
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: z.strictObject({ [rows.list]: z.array(rows.row) }) },
          'application/x-ndjson': { schema: rows.row },
        },
      },
    }),
    responses: { ...answersOf(route), ...problemsOf(route) },
  };
}

function answersOf({ answers }: Route): object {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, body }]) => [
      status,
      { description, ...(body && { content: { 'application/json': { schema: body } } }) },
    ]),
  );
}

function problemsOf({ problems }: Route): object {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of [...COMMON, ...problems]) {
    const status = PROBLEMS[code][0];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      { description: codes.join(', '), content: { 'application/problem+json': { schema: problemSchema } } },
    ]),
  );
}
