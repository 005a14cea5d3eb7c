import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { transaction } from '@kindred/shared/platform/database';
import { expect } from 'vitest';
import { clientOf } from '../client.ts';
import type { DistributedEngine } from '../distributed-engine.ts';
import { until } from '../until.ts';
import { expectNothingLost, startLoad } from './load.ts';

const FUSE_TIMEOUT_MS = 30_000;
const FUSE = join(import.meta.dirname, 'fuse.mjs');

/** Moment of a kill: random, or at a point of the process's code. */
const KILLS = [
  { service: 'ingestion', at: undefined },
  { service: 'index', at: undefined },
  { service: 'ranking', at: undefined },
  { service: 'ranking', at: 'after-commit' },
  { service: 'ingestion', at: 'after-commit' },
  { service: 'index', at: 'in-snapshot' },
  { service: 'index', at: 'before-snapshot-rename' },
] as const;

/** A folder whose files end processes at the points that they name. */
export interface Fuses {
  readonly folder: string;
  /** Addresses that the services need. */
  readonly environment: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

export async function makeFuses(): Promise<Fuses> {
  const folder = await mkdtemp(join(tmpdir(), 'kindred-fuses-'));
  return {
    folder,
    environment: { NODE_OPTIONS: `--import=${FUSE}`, KINDRED_FUSES: folder },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface KillOptions {
  readonly kills: number;
  /** Environment of the started engine. */
  readonly fuses: Fuses;
  /** Items of the catalog `load`: `i0` to `i<n − 1>`. */
  readonly itemCount: number;
}

/** Time to recover from each kill. */
export interface KillTimes {
  readonly servingMs: readonly number[];
  readonly consumedMs: readonly number[];
}

/** Kills services under load, and looks that nothing acknowledged is lost and nothing is applied twice. */
export async function killServices(
  engine: DistributedEngine,
  { kills, fuses, itemCount }: KillOptions,
  random: () => number,
): Promise<KillTimes> {
  const { cluster } = engine;
  const servingMs: number[] = [];
  const consumedMs: number[] = [];
  await indexed(engine, itemCount);
  const first = Math.floor(random() * KILLS.length);
  const load = startLoad(engine, { random, itemCount });
  try {
    for (let kill = 0; kill < kills; kill++) {
      const { service, at } = KILLS[(first + kill) % KILLS.length]!;
      await sleep(500 + random() * 1_500);
      if (at?.includes('snapshot')) await changeVector(engine, Math.floor(random() * itemCount));
      const starts = startsOf(engine, service);
      if (at === undefined) cluster.signal(service, 'SIGKILL');
      else await writeFile(join(fuses.folder, `${service}.${at}`), '');
      // The last thing that it does is a snapshot.
      if (at?.includes('snapshot')) cluster.signal(service, 'SIGTERM');
      // At a point of its code, it can be any of its processes.
      await until(`${service} is killed`, () => startsOf(engine, service) > starts, FUSE_TIMEOUT_MS, 20);
      if (at !== undefined) expect(await readdir(fuses.folder), 'the process ended before its point').toEqual([]);
      const killedAtMs = Date.now();
      await cluster.ready();
      await serving(engine);
      servingMs.push(Date.now() - killedAtMs);
      await consumedAtAll(engine);
      consumedMs.push(Date.now() - killedAtMs);
    }
  } finally {
    await load.stop();
  }
  await expectNothingLost(engine, load);
  expect(load.reads.wrong).toEqual([]);
  expect(load.writes.wrong).toEqual([]);
  expect(load.events.size).toBeGreaterThan(0);
  console.log(
    `${kills} kills: serving again after at most ${Math.max(...servingMs)} ms, consumed after at most ${Math.max(...consumedMs)} ms; ${load.events.size} events and ${load.items.size} items acknowledged, none lost, none twice`,
  );
  return { servingMs, consumedMs };
}

function startsOf({ cluster }: DistributedEngine, service: string): number {
  const own = [...cluster.urls.keys()].filter((name) => name.split('-')[0] === service);
  return own.reduce((sum, name) => sum + cluster.starts(name), 0);
}

/** Gives an item the vector of another, and waits until the index has something to write a snapshot of. */
async function changeVector({ cluster, database }: DistributedEngine, item: number): Promise<void> {
  const change = await transaction(database.database, async (client) => {
    await client.query('SELECT next_change()');
    const { rows } = await client.query<{ change: number }>(
      `UPDATE embeddings AS one SET vector = other.vector, change = nextval('changes') FROM embeddings AS other
       WHERE one.catalog = 'load' AND one.item_id = $1 AND other.catalog = 'load'
         AND other.item_id = (SELECT min(item_id) FROM embeddings WHERE catalog = 'load' AND vector <> one.vector)
       RETURNING one.change`,
      [`i${item}`],
    );
    return rows[0]!.change;
  });
  const metrics = clientOf(cluster.urls.get('index')!);
  await until('the index has it', async () => {
    const { text } = await metrics.get('/metrics');
    return Number(/^kindred_index_position_changes (\d+)/m.exec(text)?.[1]) >= change;
  });
}

async function indexed({ cluster }: DistributedEngine, itemCount: number): Promise<void> {
  const metrics = clientOf(cluster.urls.get('index')!);
  const hasAll = async (): Promise<boolean> =>
    Number(/^kindred_index_items (\d+)/m.exec((await metrics.get('/metrics')).text)?.[1]) >= itemCount;
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
      id: `probe-${Date.now()}-${index}`,
      user: `probe-${index}`,
      item: 'i1',
      type: 'click',
    })),
  });
  await until('what was sent is applied', async () => {
    const read = await clientOf(engine.cluster.rankingUrl).get(`/v1/catalogs/load/users/probe-0?after=${body.token}`);
    return read.status === 200;
  });
}
