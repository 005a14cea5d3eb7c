import { createServer, type Server } from 'node:http';
import { MAIN_CATALOG } from '@kindred/shared/id';
import type { NeighborSource } from '@kindred/shared/neighbor';
import { createRegistry } from '@kindred/shared/platform/metrics';
import { afterEach, expect, test } from 'vitest';
import { httpNeighborSource } from './http-neighbor-source.ts';

const servers: Server[] = [];
const sources: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const source of sources.splice(0)) await source.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A replica that answers after so long; with 503 where it is not ready. */
async function replica(name: string, { delayMs = 0, status = 200 } = {}): Promise<string> {
  const server = createServer((_request, response) => {
    const body = JSON.stringify({ version: name, neighbors: [] });
    setTimeout(() => response.writeHead(status, { 'Content-Type': 'application/json' }).end(body), delayMs);
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

function sourceOf(urls: readonly string[]): NeighborSource {
  const source = httpNeighborSource({ urls, apiKey: undefined, registry: createRegistry() });
  sources.push(source);
  return source;
}

test('asks the next replica where one is slow, is not ready or is not there', async () => {
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

test('a replica that is slow still counts where no other answers', async () => {
  const source = sourceOf(['http://127.0.0.1:1', await replica('slow', { delayMs: 600 })]);
  expect((await source.neighbors(MAIN_CATALOG, [])).version).toBe('slow');
});

test('says that the index is away when none answers in time', async () => {
  const source = sourceOf([await replica('slow', { delayMs: 3_000 }), await replica('away', { status: 503 })]);
  await expect(source.neighbors(MAIN_CATALOG, [])).rejects.toMatchObject({ code: 'unavailable' });
});
