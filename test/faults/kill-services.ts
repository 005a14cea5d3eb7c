import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestBroker } from '@kindred/infra/kafka/test-broker';
import { expect } from 'vitest';
import { clientOf } from '../client.ts';
import { type DistributedEngine, startDistributed } from '../distributed-engine.ts';
import { until } from '../until.ts';
import { createLoadCatalog, expectNothingLost, fillItems, startLoad } from './load.ts';

const ITEMS = 10_000;
const FUSE_TIMEOUT_MS = 30_000;
const FUSE = join(import.meta.dirname, 'fuse.mjs');

/** Where a process can be killed: at a random moment, or at a point of its code. */
const KILLS = [
  { service: 'ingestion', at: undefined },
  { service: 'index', at: undefined },
  { service: 'ranking', at: undefined },
  { service: 'ranking', at: 'after-commit' },
  { service: 'ingestion', at: 'after-commit' },
  { service: 'index', at: 'in-snapshot' },
  { service: 'index', at: 'before-snapshot-rename' },
] as const;

/** Kills services under load, and looks that nothing acknowledged is lost and nothing is applied twice. */
export async function killServices(broker: TestBroker, kills: number, random: () => number): Promise<void> {
  const fuses = await mkdtemp(join(tmpdir(), 'kindred-fuses-'));
  const engine = await startDistributed(broker.brokers, {
    environment: { NODE_OPTIONS: `--import=${FUSE}`, KINDRED_FUSES: fuses },
  });
  const servingMs: number[] = [];
  const consumedMs: number[] = [];
  try {
    await createLoadCatalog(engine);
    await fillItems(engine.database, ITEMS, random);
    await indexed(engine);
    const load = startLoad(engine, { random, itemCount: ITEMS });
    for (let kill = 0; kill < kills; kill++) {
      const { service, at } = KILLS[kill % KILLS.length]!;
      await sleep(500 + random() * 1_500);
      const starts = engine.cluster.starts(service);
      if (at === undefined) engine.cluster.signal(service, 'SIGKILL');
      else await writeFile(join(fuses, `${service}.${at}`), '');
      // The last thing that it does is a snapshot.
      if (at?.includes('snapshot')) engine.cluster.signal(service, 'SIGTERM');
      await until(`${service} is killed`, () => engine.cluster.starts(service) > starts, FUSE_TIMEOUT_MS, 20);
      if (at !== undefined) expect(await readdir(fuses), 'the process ended before its point').toEqual([]);
      const killedAtMs = Date.now();
      await engine.cluster.ready();
      await serving(engine);
      servingMs.push(Date.now() - killedAtMs);
      await consumedAtAll(engine);
      consumedMs.push(Date.now() - killedAtMs);
    }
    await load.stop();
    await expectNothingLost(engine, load);
    expect(load.reads.wrong).toEqual([]);
    expect(load.writes.wrong).toEqual([]);
    expect(load.events.size).toBeGreaterThan(0);
    console.log(
      `${kills} kills: serving again after at most ${Math.max(...servingMs)} ms, consumed after at most ${Math.max(...consumedMs)} ms; ${load.events.size} events and ${load.items.size} items acknowledged, none lost, none twice`,
    );
  } finally {
    await engine.stop();
    await rm(fuses, { recursive: true });
  }
}

async function indexed({ cluster }: DistributedEngine): Promise<void> {
  const metrics = clientOf(cluster.urls.get('index')!);
  const hasAll = async (): Promise<boolean> =>
    Number(/^kindred_index_items (\d+)/m.exec((await metrics.get('/metrics')).text)?.[1]) >= ITEMS;
  await until('all items are in the index', hasAll);
}

/** Until a whole answer comes, by neighbors too. */
async function serving({ cluster }: DistributedEngine): Promise<void> {
  const client = clientOf(cluster.rankingUrl);
  await until('whole answers come', async () => {
    const { status, body } = await client.get('/v1/catalogs/load/items/i1/similar?limit=10');
    return status === 200 && body.items.length === 10;
  });
}

/** Until what was in the log at this moment is applied: the load goes on. */
async function consumedAtAll(engine: DistributedEngine): Promise<void> {
  const { body } = await clientOf(engine.cluster.rankingUrl).post('/v1/catalogs/load/events', {
    events: Array.from({ length: 64 }, (_, index) => ({
      ...{ id: `probe-${Date.now()}-${index}`, user: `probe-${index}`, item: 'i1', type: 'click' },
    })),
  });
  await until('what was sent is applied', async () => {
    const read = await clientOf(engine.cluster.rankingUrl).get(`/v1/catalogs/load/users/probe-0?after=${body.token}`);
    return read.status === 200;
  });
}
