import { setTimeout as sleep } from 'node:timers/promises';
import { type KeepAliveClient, keepAliveClient, succeeded } from '../engine/keep-alive-client.ts';
import type { ServerProcess } from '../engine/server-process.ts';
import type { EmbeddingContender } from './contender.ts';

/** Each look costs the server some milliseconds, which the embedding would have had. */
const POLL_MS = 100;

/** A catalog as the server lists it. */
interface ListedCatalog {
  readonly catalog: string;
  readonly waiting: number;
  readonly failed: number;
}

/** Items posted to the running server, until it says that all are embedded. Each round fills a catalog of its own. */
export function importPath(server: ServerProcess, threads: number): EmbeddingContender {
  const client = keepAliveClient(server.url);
  let round = 0;
  return {
    name: 'kindred',
    threads,
    async embedAll(texts) {
      const catalog = `round-${++round}`;
      succeeded(await client.send('PUT', `/v1/catalogs/${catalog}`));
      const cpuBefore = await server.cpuSeconds();
      const startMs = performance.now();
      const items = texts.map(({ item }) => item);
      succeeded(await client.send('POST', `/v1/catalogs/${catalog}/items`, { items }));
      while ((await waiting(client, catalog)) > 0) await sleep(POLL_MS);
      const wallMs = performance.now() - startMs;
      return { wallMs, cpuMs: ((await server.cpuSeconds()) - cpuBefore) * 1_000 };
    },
    close: async () => client.close(),
  };
}

async function waiting(client: KeepAliveClient, catalog: string): Promise<number> {
  const { catalogs }: { catalogs: readonly ListedCatalog[] } = JSON.parse(
    succeeded(await client.send('GET', '/v1/catalogs')),
  );
  const found = catalogs.find((each) => each.catalog === catalog);
  if (found === undefined || found.failed > 0) throw new Error(`${found?.failed ?? 'all'} items of ${catalog} failed`);
  return found.waiting;
}
