import { setTimeout as sleep } from 'node:timers/promises';
import type { TestBroker } from '@kindred/infra/kafka/test-broker';
import { expect } from 'vitest';
import { clientOf } from '../client.ts';
import { type DistributedEngine, startDistributed } from '../distributed-engine.ts';
import { until } from '../until.ts';
import { createLoadCatalog, expectNothingLost, fillItems, type Load, startLoad } from './load.ts';
import { startProxiedDatabase } from './proxied-database.ts';
import type { CuttableProxy } from './proxy.ts';

const ITEMS = 500;
/** After an outage of a minute there are some ten thousand events to apply. */
const CAUGHT_UP_TIMEOUT_MS = 120_000;

export interface OutageOptions {
  /** Kills −9 of the broker and of the database each, and terminations of all sessions. */
  readonly kills: number;
  /** Length of the one long outage of each, at the end. */
  readonly awayMs: number;
}

interface Scene {
  readonly engine: DistributedEngine;
  readonly broker: TestBroker;
  readonly proxy: CuttableProxy;
  readonly load: Load;
  readonly postgresPid: () => number;
}

/** Counted from a store's answering again, in milliseconds. */
export interface Recovery {
  /** Until items and events are taken, and slates are whole. */
  readonly wholeMs: number;
  /** Until what was taken meanwhile is applied too: the log went on to fill while the database was away. */
  readonly caughtUpMs: number;
}

/**
 * Takes the broker and the database away under load. No service may exit, reads go on, writes are taken or refused with
 * 503 and Retry-After, and nothing acknowledged is lost.
 * @returns The slowest recovery by what was done.
 */
export async function surviveOutages(
  broker: TestBroker,
  { kills, awayMs }: OutageOptions,
  random: () => number,
): Promise<Readonly<Record<'broker' | 'database' | 'sessions' | 'brokerOutage' | 'databaseOutage', Recovery>>> {
  const proxied = await startProxiedDatabase();
  const { proxy } = proxied;
  const engine = await startDistributed(broker.brokers, {}, proxied.database);
  try {
    await createLoadCatalog(engine);
    await fillItems(engine.database, ITEMS, random);
    const load = startLoad(engine, { random, itemCount: ITEMS });
    const scene: Scene = { engine, broker, proxy, load, postgresPid: proxied.pid };
    await recovered(scene);
    const none: Recovery = { wholeMs: 0, caughtUpMs: 0 };
    const times = { broker: none, database: none, sessions: none, brokerOutage: none, databaseOutage: none };
    for (let kill = 0; kill < kills; kill++) {
      times.broker = slower(times.broker, await killBroker(scene, 1_000));
      times.database = slower(times.database, await killDatabase(scene));
      times.sessions = slower(times.sessions, await terminateSessions(scene));
    }
    times.brokerOutage = await killBroker(scene, awayMs);
    times.databaseOutage = await cutDatabase(scene, awayMs);
    await load.stop();
    await expectNothingLost(engine, load);
    for (const name of engine.cluster.urls.keys()) expect(engine.cluster.starts(name), name).toBe(1);
    expect(load.reads.wrong).toEqual([]);
    expect(load.writes.wrong).toEqual([]);
    expect([load.reads.broken, load.writes.broken]).toEqual([0, 0]);
    expect(load.reads.degraded).toBeGreaterThan(0);
    expect(load.writes.unavailable).toBeGreaterThan(0);
    const { ok, degraded, unavailable } = load.reads;
    console.log(
      `recovered after at most: ${JSON.stringify(times)}; reads: ${ok} whole, ${degraded} degraded, ${unavailable} refused; writes: ${load.writes.ok} taken, ${load.writes.unavailable} refused; ${load.events.size} events acknowledged, none lost`,
    );
    return times;
  } finally {
    await engine.stop();
    await proxied.stop();
  }
}

const slower = (a: Recovery, b: Recovery): Recovery => ({
  wholeMs: Math.max(a.wholeMs, b.wholeMs),
  caughtUpMs: Math.max(a.caughtUpMs, b.caughtUpMs),
});

async function killBroker(scene: Scene, awayMs: number): Promise<Recovery> {
  await scene.broker.own!.kill();
  await sleep(awayMs);
  await scene.broker.own!.restart();
  return recovered(scene);
}

async function killDatabase(scene: Scene): Promise<Recovery> {
  process.kill(scene.postgresPid(), 'SIGKILL');
  await answers(scene);
  return recovered(scene);
}

async function terminateSessions(scene: Scene): Promise<Recovery> {
  await scene.engine.database.database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
  return recovered(scene);
}

async function cutDatabase(scene: Scene, awayMs: number): Promise<Recovery> {
  await scene.proxy.cut();
  await sleep(awayMs);
  await scene.proxy.restore();
  return recovered(scene);
}

async function answers({ engine }: Scene): Promise<void> {
  await until('the database answers', async () => {
    await engine.database.database.query('SELECT 1');
    return true;
  });
}

async function recovered({ engine }: Scene): Promise<Recovery> {
  const startMs = Date.now();
  const ranking = clientOf(engine.cluster.rankingUrl);
  const catalog = clientOf(engine.cluster.catalogUrl);
  const base = '/v1/catalogs/load';
  await until('an item is taken', async () => (await catalog.put(`${base}/items/probe`, {})).status < 300);
  let token: string | undefined;
  await until('events are taken', async () => {
    const id = `probe-${Date.now()}`;
    const { status, body } = await ranking.post(`${base}/events`, {
      events: [{ id, user: 'probe', item: 'i1', type: 'save' }],
    });
    token = body.token;
    return status === 202;
  });
  const slateIsWhole = async (after: string | undefined): Promise<boolean> => {
    const { status, body } = await ranking.post(`${base}/recommendations`, { user: 'probe', after });
    return status === 200 && body.degraded.length === 0;
  };
  await until('slates are whole', () => slateIsWhole(undefined));
  const wholeMs = Date.now() - startMs;
  await until('events are applied', () => slateIsWhole(token), CAUGHT_UP_TIMEOUT_MS);
  return { wholeMs, caughtUpMs: Date.now() - startMs };
}
