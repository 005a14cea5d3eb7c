import { setTimeout as sleep } from 'node:timers/promises';
import { readItems } from '@kindred/shared/dataset/dataset-items';
import type { ItemId } from '@kindred/shared/id';
import type { Answer, BenchRun } from '../bench-run.ts';
import { findDataset } from '../datasets/find-dataset.ts';
import { type KeepAliveClient, keepAliveClient, succeeded } from '../engine/keep-alive-client.ts';
import { prepareCatalog } from '../engine/prepared-catalog.ts';
import { type ServerProcess, startServer } from '../engine/server-process.ts';
import { runHeader } from '../measure/run-header.ts';
import { hashOrdered } from '../measure/stable-hash.ts';
import type { ServingResult } from './result.ts';
import { engage, eraseSyntheticUser, SYNTHETIC_USER } from './synthetic-user.ts';
import { PASSES, REQUEST_COUNT, timedRequests, WARM_UP_COUNT } from './timed-requests.ts';

const DATA_DEFAULT = 'goodbooks';
const ENGAGEMENTS = 100;
const LIMIT = 20;
const STARTS = 3;
const GOALS = { similarP99Ms: 5, recommendationsP99Ms: 25, readyMs: 5_000 };
const WHOLE_POLL_MS = 500;
const WHOLE_TIMEOUT_MS = 300_000;

/** How long do answers of the real server take, and its start? */
export async function* serving(run: BenchRun): AsyncGenerator<Answer<ServingResult>> {
  const dataset = await findDataset(run.data ?? DATA_DEFAULT, run.config.dataRoot);
  const { catalog, folder, startMs } = await prepareCatalog({
    config: run.config,
    dataset,
    part: '',
    takes: () => true,
  });
  const items: ItemId[] = [];
  for await (const { id } of readItems(dataset.folder)) items.push(id);
  const asked = hashOrdered(items, (item) => item, run.seed);
  const task = { catalogPath: `/v1/catalogs/${catalog}`, items: asked, at: new Date(startMs).toISOString() };

  const readyMs: number[] = [];
  for (let start = 1; start < STARTS; start++) {
    const server = await startServer(folder);
    readyMs.push(server.readyMs);
    await server.stop();
  }
  const server = await startServer(folder);
  readyMs.push(server.readyMs);
  const measured = await measure(server, task).finally(() => server.stop());
  const parameters = {
    limit: LIMIT,
    clients: 1,
    requests: REQUEST_COUNT,
    warmUp: WARM_UP_COUNT,
    passes: PASSES,
    otherFields: 'as a request has them that does not say',
  };
  const header = runHeader({ data: dataset.info.name, dataHash: dataset.hash, seed: run.seed, parameters });
  const startUp = { readyMs, goalMs: GOALS.readyMs };
  const result = {
    benchmark: 'serving' as const,
    ...header,
    items: items.length,
    engagements: ENGAGEMENTS,
    startUp,
    ...measured,
  };
  yield { result, isWhole: true };
}

interface ServingTask {
  readonly catalogPath: string;
  /** In the order in which they are asked for. */
  readonly items: readonly ItemId[];
  readonly at: string;
}

async function measure(server: ServerProcess, task: ServingTask): Promise<Pick<ServingResult, 'requests' | 'memory'>> {
  const { catalogPath, items, at } = task;
  const client = keepAliveClient(server.url);
  const atStartMb = await server.memoryMb();
  try {
    const similar = await timedRequests('similar', client, (on, index) =>
      on.send('GET', `${catalogPath}/items/${encodeURIComponent(items[index % items.length]!)}/similar?limit=${LIMIT}`),
    );
    await eraseSyntheticUser(client, catalogPath);
    await engage(client, catalogPath, { items: items.slice(0, ENGAGEMENTS), at });
    await whole(client, catalogPath);
    const recommendations = await timedRequests('recommendations', client, (on) =>
      on.send('POST', `${catalogPath}/recommendations`, { user: SYNTHETIC_USER, limit: LIMIT }),
    );
    const requests = [
      { name: 'similar', latency: similar, p99GoalMs: GOALS.similarP99Ms },
      { name: 'recommendations', latency: recommendations, p99GoalMs: GOALS.recommendationsP99Ms },
    ];
    return { requests, memory: { atStartMb, afterRequestsMb: await server.memoryMb() } };
  } finally {
    await eraseSyntheticUser(client, catalogPath);
    client.close();
  }
}

/** Waits until nothing is missing from a slate. */
async function whole(client: KeepAliveClient, catalogPath: string): Promise<void> {
  for (const deadline = Date.now() + WHOLE_TIMEOUT_MS; Date.now() < deadline; await sleep(WHOLE_POLL_MS)) {
    const body = succeeded(
      await client.send('POST', `${catalogPath}/recommendations`, { user: SYNTHETIC_USER, limit: LIMIT }),
    );
    const { degraded }: { degraded: readonly string[] } = JSON.parse(body);
    if (degraded.length === 0) return;
  }
  throw new Error('slates were not whole after five minutes');
}
