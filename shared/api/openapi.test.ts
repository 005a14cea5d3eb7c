import { expect, test } from 'vitest';
import { z } from 'zod';
import { itemBodySchema, itemRows } from './items.ts';
import { openApiOf } from './openapi.ts';
import { itemParams } from './path-params.ts';
import { route } from './route.ts';

const path = '/v1/catalogs/{catalog}/items/{item}';
const answers = { 200: { description: 'It is there', body: z.object({ token: z.string() }) } };
const handle = async () => ({ status: 200 });
const document = JSON.parse(
  JSON.stringify(
    openApiOf(
      [
        route({
          method: 'put',
          path,
          summary: 'Put',
          params: itemParams,
          body: itemBodySchema,
          answers,
          problems: ['id-mismatch'],
          handle,
        }),
        route({ method: 'get', path, summary: 'Get', params: itemParams, answers, problems: [], handle }),
        route({
          method: 'post',
          path,
          summary: 'Post',
          rows: itemRows,
          answers,
          problems: ['nothing-accepted'],
          handle,
        }),
      ],
      '1.2.3',
    ),
  ),
);
const { get, put, post } = document.paths[path];

test('an operation has the parameters, bodies and answers of its route', () => {
  expect(put.parameters.map((parameter: { in: string; name: string }) => [parameter.in, parameter.name])).toEqual([
    ['path', 'catalog'],
    ['path', 'item'],
  ]);
  expect(put.requestBody.content['application/json'].schema.additionalProperties).toBe(false);
  expect(Object.keys(put.responses)).toEqual(['200', '400', '401', '403', '408', '409', '431', '503']);
  expect(put.responses['409'].content).toEqual({
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
  });
});

test('only methods that may change something are refused to web pages of other hosts', () => {
  expect(put.responses['403'].description).toBe('host-refused, origin-refused');
  expect(get.responses['403'].description).toBe('host-refused');
});

test('a batch is a list that is not empty, or NDJSON, and its problems say what was stored', () => {
  const { 'application/json': list, 'application/x-ndjson': ndjson } = post.requestBody.content;
  expect(list.schema.properties.items).toMatchObject({ type: 'array', minItems: 1 });
  expect(list.schema.properties.items.items).toEqual(ndjson.schema);
  expect(post.responses['422'].content['application/problem+json'].schema.$ref).toMatch(/BatchProblem$/);
  expect(Object.keys(document.components.schemas.BatchProblem.properties)).toEqual(
    expect.arrayContaining(['code', 'accepted', 'rejected', 'token']),
  );
});

test('an optional text is documented as it is taken: empty, or of its form', () => {
  const { title, createdAt, id } = put.requestBody.content['application/json'].schema.properties;
  expect(title).toMatchObject({ type: 'string', maxLength: 2_000, pattern: '^[^\\u0000]*$' });
  expect(createdAt.anyOf).toEqual([{ const: '' }, expect.objectContaining({ type: 'string', format: 'date-time' })]);
  expect(id).toMatchObject({ type: 'string', minLength: 1, maxLength: 256, pattern: expect.any(String) });
});
