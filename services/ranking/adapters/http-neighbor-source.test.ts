import { createServer, type Server } from 'node:http';
import { MAIN_CATALOG } from '@kindred/shared/id';
import { neighborSourceContract } from '@kindred/shared/neighbor.contract';
import { createRegistry } from '@kindred/shared/platform/metrics';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { memoryNeighbors } from '../neighbors/memory-neighbors.fixture.ts';
import { HttpNeighborSource } from './http-neighbor-source.ts';
import { IndexServer } from './index-server.fixture.ts';

describe('neighbors over HTTP', async () => {
  const memory = memoryNeighbors();
  const replicas = await Promise.all([IndexServer.start(memory.source), IndexServer.start(memory.source)]);
  const urls = replicas.map(({ url }) => url);
  const source = new HttpNeighborSource({ urls, apiKey: undefined, registry: createRegistry() });
  afterAll(async () => {
    await source.close();
    for (const replica of replicas) await replica.stop();
  });
  neighborSourceContract({ ...memory, source });
});

const servers: Server[] = [];
const sources: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const source of sources.splice(0)) await source.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface ReplicaOptions {
  readonly delayMs?: number;
  /** 503 while it is not ready. */
  readonly status?: number;
  readonly body?: object;
}

/** A replica that gives the same answer to every question. */
async function replica(name: string, { delayMs = 0, status = 200, body }: ReplicaOptions = {}): Promise<string> {
  const server = createServer((_request, response) => {
    const text = JSON.stringify(body ?? { version: name, neighbors: [] });
    setTimeout(() => response.writeHead(status, { 'Content-Type': 'application/json' }).end(text), delayMs);
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

function sourceOf(urls: readonly string[], apiKey?: string): HttpNeighborSource {
  const source = new HttpNeighborSource({ urls, apiKey, registry: createRegistry() });
  sources.push(source);
  return source;
}

test('asks the next replica if one is slow, not ready or not there', async () => {
  const urls = [
    await replica('slow', { delayMs: 3_000 }),
    await replica('away', { status: 503 }),
    'http://127.0.0.1:1',
    await replica('slow, too', { delayMs: 700 }),
    await replica('there', { delayMs: 20 }),
  ];
  const source = sourceOf(urls);
  // Whichever is asked first, the one that answers is come to in the end.
  for (let ask = 0; ask < 3; ask++) expect((await source.neighbors(MAIN_CATALOG, [])).version).toBe('there');
});

test('a slow replica still counts if no other answers', async () => {
  const source = sourceOf(['http://127.0.0.1:1', await replica('slow', { delayMs: 600 })]);
  expect((await source.neighbors(MAIN_CATALOG, [])).version).toBe('slow');
});

test('says that the index is unavailable if no replica answers in time', async () => {
  const source = sourceOf([await replica('slow', { delayMs: 3_000 }), await replica('away', { status: 503 })]);
  await expect(source.neighbors(MAIN_CATALOG, [])).rejects.toMatchObject({ code: 'unavailable' });
});

test.each([
  ['a page of a proxy', { html: '<p>' }],
  ['a list for a query that was not asked', { version: 'x', neighbors: [{ items: [], similarities: [] }] }],
  ['a list without items', { version: 'x', neighbors: [{}] }],
  ['null lists', { version: 'x', neighbors: [null] }],
])('%s is no answer of an index: the next replica is asked', async (_name, body) => {
  const wrong = await replica('wrong', { body });
  await expect(sourceOf([wrong]).neighbors(MAIN_CATALOG, [])).rejects.toMatchObject({ code: 'unavailable' });
  const both = sourceOf([wrong, await replica('there')]);
  for (let ask = 0; ask < 3; ask++) expect((await both.neighbors(MAIN_CATALOG, [])).version).toBe('there');
});

test('sends the bearer key that the services share', async () => {
  const keys: unknown[] = [];
  const server = createServer((request, response) => {
    keys.push(request.headers.authorization);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"version":"v","neighbors":[]}');
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  await sourceOf([url], 'secret').neighbors(MAIN_CATALOG, []);
  await sourceOf([url]).neighbors(MAIN_CATALOG, []);
  expect(keys).toEqual(['Bearer secret', undefined]);
});
