import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Client, clientOf, type Reply } from '../client.ts';
import { expectRefused, sendBytes } from '../refusal.ts';
import { hostileBatches } from './hostile-batches.e2e.ts';
import { mutationSuite } from './mutations.e2e.ts';
import type { Addresses } from './themed-catalog.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const NDJSON_TYPE = { 'Content-Type': 'application/x-ndjson' };
const base = '/v1/catalogs/main';
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Hostile input of any kind gets a clear 4xx that names the field; nothing is stored, and the server goes on. */
export function hostileSuite(addresses: () => Addresses): void {
  const catalog = (): Client => clientOf(addresses().catalogUrl);
  const ranking = (): Client => clientOf(addresses().rankingUrl);
  describe('single writes', () => hostileWrites(catalog));
  describe('paths, queries and headers', () => {
    hostilePaths(catalog, ranking);
    hostileBytes(addresses);
  });
  describe('batches', () => hostileBatches(addresses));
  describe('recommendations', () => hostileRecommendations(ranking));
  describe('random requests', () => randomRequests(ranking));
  describe('valid requests with one mutation', () => mutationSuite(addresses));
}

function hostileWrites(catalog: () => Client): void {
  test.each<[string, string, string | undefined, Record<string, string>?]>([
    ['an unknown field', '{"title":"x","colour":"red"}', 'colour'],
    ['a wrong type', '{"title":5}', 'title'],
    ['NaN', '{"attributes":{"year":NaN}}', undefined],
    ['1e999', '{"attributes":{"year":1e999}}', 'attributes.year'],
    ['a NUL', '{"title":"a\\u0000b"}', 'title'],
    ['a lone surrogate', '{"title":"a\\ud800b"}', 'title'],
    ['a lone surrogate in a name', '{"attributes":{"\\ud800":1}}', undefined],
    ['__proto__ as a field', '{"__proto__":{"title":"x"}}', '__proto__'],
    ['__proto__ as an attribute', '{"attributes":{"__proto__":1}}', undefined],
    ['constructor as a field', '{"constructor":{"prototype":{}}}', 'constructor'],
    ['a nested attribute', `{"attributes":{"deep":${deep(50)}}}`, 'attributes.deep'],
    ['50,000 levels', deep(50_000), undefined],
    ['a title of 1 MB', JSON.stringify({ title: 'x'.repeat(1_000_000) }), 'title'],
    ['a body above 1 MiB', JSON.stringify({ title: 'x'.repeat(2_000_000) }), undefined],
    ['a list', '[]', ''],
    ['null', 'null', ''],
    ['a number', '5', ''],
    ['no JSON', '{"title":', undefined],
    ['an empty body', '', undefined],
    ['a date that does not exist', '{"createdAt":"2026-02-31T00:00:00Z"}', 'createdAt'],
    ['a date without an offset', '{"createdAt":"2026-02-01T00:00:00"}', 'createdAt'],
    ['an id that is not the path’s', '{"id":"other"}', 'id'],
    ['too many tags', JSON.stringify({ tags: Array.from({ length: 500 }, (_, i) => `t${i}`) }), 'tags'],
    ['an empty tag', '{"tags":[""]}', 'tags.0'],
    ['an imageUrl that is no URL', '{"imageUrl":"cover.jpg"}', 'imageUrl'],
    ['an imageUrl that runs', '{"imageUrl":"javascript:alert(1)"}', 'imageUrl'],
    ['an If-Match of another form', '{}', 'If-Match', { 'If-Match': '17' }],
  ])('refuses %s', async (_name, body, field, headers = {}) => {
    const reply = await catalog().raw('PUT', `${base}/items/hostile`, body, { ...JSON_TYPE, ...headers });
    expectRefused(reply, field);
    expect((await catalog().get(`${base}/items/hostile`)).status).toBe(404);
  });

  test('refuses wrong media types, encodings and bytes', async () => {
    const put = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>): Promise<Reply> =>
      catalog().raw('PUT', `${base}/items/hostile`, body, headers);
    expectRefused(await put('{}', { 'Content-Type': 'text/plain' }), 'Content-Type');
    expectRefused(await put('title=x', { 'Content-Type': 'application/x-www-form-urlencoded' }), 'Content-Type');
    expectRefused(await put('{}', { ...JSON_TYPE, 'Content-Encoding': 'zstd' }));
    expectRefused(await put('not gzip', { ...JSON_TYPE, 'Content-Encoding': 'gzip' }));
    expectRefused(await put(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), JSON_TYPE));
    expectRefused(
      await put(new Uint8Array(gzipSync(Buffer.alloc(80_000_000, 0x20))), {
        ...JSON_TYPE,
        'Content-Encoding': 'gzip',
      }),
    );
    expect((await catalog().get(`${base}/items/hostile`)).status).toBe(404);
  });
}

function hostilePaths(catalog: () => Client, ranking: () => Client): void {
  test.each<[string, string, string | undefined]>([
    ['an id of 257 bytes', `${base}/items/${'x'.repeat(257)}`, 'item'],
    ['an id of 129 two-byte characters', `${base}/items/${encodeURIComponent('é'.repeat(129))}`, 'item'],
    ['an id of spaces', `${base}/items/%20%C2%A0`, 'item'],
    ['a control character', `${base}/items/%01`, 'item'],
    ['a NUL', `${base}/items/%00`, 'item'],
    ['a lone surrogate as WTF-8', `${base}/items/%ED%A0%80`, undefined],
    ['a bad escape', `${base}/items/%zz`, undefined],
    ['a cut escape', `${base}/items/%E2%82`, undefined],
    ['a catalog in capitals', '/v1/catalogs/MAIN/items/x', 'catalog'],
    ['a catalog with a dot', '/v1/catalogs/a.b/items/x', 'catalog'],
    ['a catalog of 64 characters', `/v1/catalogs/${'a'.repeat(64)}/items/x`, 'catalog'],
    ['a limit of 0', `${base}/items/x/similar?limit=0`, 'limit'],
    ['a limit of 201', `${base}/items/x/similar?limit=201`, 'limit'],
    ['a limit that is no number', `${base}/items/x/similar?limit=ten`, 'limit'],
    ['a limit twice', `${base}/items/x/similar?limit=1&limit=2`, 'limit'],
    ['an unknown parameter', `${base}/items/x/similar?colour=red`, 'colour'],
    ['a token that is none', `${base}/items/x/similar?after=!!!`, 'after'],
    ['an unknown address', '/v2/anything', undefined],
    ['a trailing slash', '/v1/catalogs/', undefined],
  ])('refuses %s', async (_name, path, field) => {
    const service = path.includes('/similar') ? ranking() : catalog();
    expectRefused(await service.get(path), field);
  });

  test('refuses a filter of more than 1,000 values over all its lists', async () => {
    const values = (count: number): string[] => Array.from({ length: count }, (_, index) => `value-${index}`);
    const filter = { tags: { any: values(600) }, attributes: { colour: { in: values(401) } } };
    expectRefused(await ranking().post(`${base}/recommendations`, { user: 'u', filter }), 'filter');
    expectRefused(await ranking().post(`${base}/search`, { text: 'x', filter }), 'filter');
  });

  test('refuses other methods and says which are taken', async () => {
    const reply = await catalog().raw('PATCH', `${base}/items/x`, '{}', JSON_TYPE);
    expectRefused(reply);
    expect(reply.status).toBe(405);
    expect(reply.headers.get('allow')).toBe('PUT, GET, DELETE');
  });
}

function hostileBytes(addresses: () => Addresses): void {
  test('refuses . and .. as ids where a client does not resolve them', async () => {
    for (const id of ['%2e', '%2E%2E', '..']) {
      const answer = await sendBytes(
        addresses().rankingUrl,
        `GET ${base}/users/${id} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/);
      expect(answer).toContain('problem+json');
    }
  });

  test('refuses hosts that are not its own, but for probes', async () => {
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '']) {
      const answer = await sendBytes(
        addresses().rankingUrl,
        `GET /v1/catalogs HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/);
    }
    for (const host of ['LOCALHOST:80', '10.1.2.3:8080', 'evil.example']) {
      const probe = `GET /readyz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      expect(await sendBytes(addresses().rankingUrl, probe)).toMatch(/^HTTP\/1\.1 200/);
    }
  });

  test('survives what is not HTTP', async () => {
    expect(await sendBytes(addresses().rankingUrl, '\0\0\0\0\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
    await sendBytes(
      addresses().rankingUrl,
      `POST ${base}/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\nContent-Type: application/json\r\n\r\n{"ev`,
      true,
    );
    expect((await clientOf(addresses().rankingUrl).get('/livez')).status).toBe(200);
  });
}

function randomRequests(ranking: () => Client): void {
  test('no random request gets a 5xx or ends the server', async () => {
    const json = fc.json({ maxDepth: 4 }).map((text) => text.slice(0, 20_000));
    const path = fc.oneof(
      fc.constantFrom('/events', '/recommendations', '/search', '/items', '/items/x', '/users/y', '/items/x/similar'),
      fc.string({ unit: 'binary', maxLength: 30 }).map((text) => `/items/${encodeURIComponent(text.toWellFormed())}`),
    );
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE');
    await fc.assert(
      fc.asyncProperty(method, path, json, fc.constantFrom(JSON_TYPE, NDJSON_TYPE), async (verb, where, body, type) => {
        const reply = await ranking().raw(verb, base + where, verb === 'GET' ? undefined : body, type);
        expect(reply.status, `${verb} ${where} ${body}`).toBeLessThan(500);
      }),
      { numRuns: 300 },
    );
    expect((await ranking().get('/livez')).status).toBe(200);
  });
}

function hostileRecommendations(ranking: () => Client): void {
  test('recommendations refuse what they do not take, naming the field', async () => {
    for (const [body, field] of [
      [{}, 'user'],
      [{ user: 'u', limit: 0 }, 'limit'],
      [{ user: 'u', limit: 2.5 }, 'limit'],
      [{ user: 'u', diversity: 1.1 }, 'diversity'],
      [{ user: 'u', seed: -1 }, 'seed'],
      [{ user: 'u', at: 'now' }, 'at'],
      [{ user: 'u', after: 'x' }, 'after'],
      [{ user: 'u', exclude: Array.from({ length: 1_001 }, (_, i) => `i${i}`) }, 'exclude'],
      [{ user: 'u', filter: { colour: {} } }, 'filter.colour'],
      [{ user: 'u', filter: { attributes: { year: {} } } }, 'filter.attributes.year'],
      [{ user: 'u', filter: { tags: { any: [] } } }, 'filter.tags.any'],
    ] as const) {
      expectRefused(await ranking().post(`${base}/recommendations`, body), field);
    }
    expectRefused(await ranking().post(`${base}/search`, { text: '' }), 'text');
    expectRefused(await ranking().post('/v1/catalogs/none/recommendations', { user: 'u' }));
  });
}
