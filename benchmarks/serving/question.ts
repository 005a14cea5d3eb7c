import { readItems } from '@kindred/cli/dataset-folder/dataset-items';
import type { ItemId } from '@kindred/shared/id';
import type { Answer, BenchRun } from '../bench-run.ts';
import { findDataset } from '../datasets/find-dataset.ts';
import { keepAliveClient } from '../engine/keep-alive-client.ts';
import { prepareCatalog } from '../engine/prepared-catalog.ts';
import { type ServerProcess, startServer } from '../engine/server-process.ts';
import { runHeader } from '../measure/run-header.ts';
import { hashOrdered } from '../measure/stable-hash.ts';
import type { ServingResult } from './result.ts';
import { engage, eraseSyntheticUser, SYNTHETIC_USER } from './synthetic-user.ts';
import { PASSES, REQUEST_COUNT, timedRequests, WARM_UP_COUNT } from './timed-requests.ts';
import { trainedWeights } from './trained-weights.ts';

const DATA_DEFAULT = 'goodbooks';
const ENGAGEMENTS = 100;
const LIMIT = 20;
const STARTS = 3;
const GOALS = { similar: { p99Ms: 5 }, recommendations: { p50Ms: 5, p99Ms: 15 }, readyMs: 5_000 };

/** Measures the latency of the real server's answers, and its start. */
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

  await trainFirst(folder, task);
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

/** In a server of its own: what a training takes is no part of what is measured. */
async function trainFirst(folder: string, { catalogPath, items, at }: ServingTask): Promise<void> {
  const server = await startServer(folder);
  const client = keepAliveClient(server.url);
  try {
    await eraseSyntheticUser(client, catalogPath);
    await engage(client, catalogPath, { items: items.slice(0, ENGAGEMENTS), at });
    await trainedWeights(client, { catalogPath, body: { user: SYNTHETIC_USER, limit: LIMIT } });
  } finally {
    await eraseSyntheticUser(client, catalogPath);
    client.close();
    await server.stop();
  }
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
    await trainedWeights(client, { catalogPath, body: { user: SYNTHETIC_USER, limit: LIMIT } });
    const recommendations = await timedRequests('recommendations', client, (on) =>
      on.send('POST', `${catalogPath}/recommendations`, { user: SYNTHETIC_USER, limit: LIMIT }),
    );
    const requests = [
      { name: 'similar', latency: similar, goals: GOALS.similar },
      { name: 'recommendations', latency: recommendations, goals: GOALS.recommendations },
    ];
    return { requests, memory: { atStartMb, afterRequestsMb: await server.memoryMb() } };
  } finally {
    await eraseSyntheticUser(client, catalogPath);
    client.close();
  }
}
