import { openApiOf } from '@kindred/shared/api/openapi';
import { itemIdSchema, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { parse } from '@kindred/shared/platform/http/parse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExactIndexEngine } from '../adapters/exact/exact-index-engine.ts';
import { MemoryChangeFeed } from '../adapters/memory-change-feed.ts';
import { IndexService } from '../service.ts';
import { indexRoutes } from './routes.ts';

const ITEM = itemIdSchema.parse('a');
const KEY = { catalog: MAIN_CATALOG, space: 'space' as SpaceId };
const VECTOR = [1, 0];

const feed = new MemoryChangeFeed();
const index = new IndexService({
  feed,
  startEngine: async () => new ExactIndexEngine(),
  log: { info: () => {}, warn: () => {}, error: () => {} },
});
const routes = indexRoutes(index);
const [neighbors] = routes;
beforeAll(async () => {
  feed.putSpace({ ...KEY, dimensions: VECTOR.length, state: 'serving' });
  feed.putItem(MAIN_CATALOG, ITEM, {});
  feed.putEmbedding(KEY, ITEM, Float32Array.from(VECTOR));
  await index.start();
});
afterAll(() => index.stop());

/** Asks for neighbors as the server does with a body. */
async function ask(body: object): Promise<unknown> {
  const request = { params: {}, query: {}, headers: {}, body: parse(neighbors!.body!, body) };
  return (await neighbors!.handle(request as never)).body;
}

const bodyOf = (query: object, position = 0) => ({ catalog: MAIN_CATALOG, position, queries: [{ k: 1, ...query }] });

describe('a query for neighbors', () => {
  test('takes an item, or a vector and its space', async () => {
    expect(await ask(bodyOf({ item: ITEM }))).toMatchObject({ space: KEY.space, neighbors: [{ items: [] }] });
    for (const query of [{ vector: VECTOR }, { vector: VECTOR, space: KEY.space }]) {
      expect(await ask(bodyOf(query))).toMatchObject({ neighbors: [{ items: [ITEM], similarities: [1] }] });
    }
  });

  test('is refused with both or neither', async () => {
    for (const query of [{}, { item: ITEM, vector: VECTOR }, { space: KEY.space }]) {
      await expect(ask(bodyOf(query))).rejects.toMatchObject({
        code: 'invalid-request',
        fields: [{ field: 'queries.0', reason: 'must have either an item or a vector' }],
      });
    }
  });

  test('names the field that is wrong', async () => {
    await expect(ask(bodyOf({ item: ITEM, k: 0 }))).rejects.toMatchObject({ fields: [{ field: 'queries.0.k' }] });
  });

  test('for a position that no change has reached is unavailable', async () => {
    await expect(ask(bodyOf({ item: ITEM }, 1_000_000))).rejects.toMatchObject({ code: 'unavailable', status: 503 });
  });
});

describe('the OpenAPI document', () => {
  const document = JSON.parse(JSON.stringify(openApiOf(routes, '1.2.3')));
  const { post } = document.paths['/neighbors'];
  const { properties } = post.requestBody.content['application/json'].schema;

  test('says that a query has exactly one of item and vector', () => {
    expect(properties.queries.items.oneOf).toEqual([{ required: ['item'] }, { required: ['vector'] }]);
    expect(properties.queries.items).toMatchObject({ type: 'object', required: ['k'], additionalProperties: false });
  });

  test('says that a position which is not reached is unavailable, and when to ask again', () => {
    expect(properties.position.description).toContain('503');
    const { description, headers } = post.responses['503'];
    expect(description).toBe('unavailable');
    expect(headers['Retry-After']).toMatchObject({ schema: { type: 'string' }, description: expect.any(String) });
  });
});
