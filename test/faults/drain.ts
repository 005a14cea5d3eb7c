import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { DistributedEngine } from '../distributed-engine.ts';
import { until } from '../until.ts';
import { type DrainLoad, startDrainLoad } from './drain-load.ts';
import { expectNothingLost } from './load.ts';

export interface DrainOptions {
  readonly times: number;
  /** Items of the catalog: `i0` to `i<n − 1>`. */
  readonly itemCount: number;
}

/**
 * Ends one process after another by SIGTERM while clients with kept connections ask all of them, and looks that every
 * request that a server took was answered, whole and without an error, and that each process ended with 0.
 * @returns How long each took to end.
 */
export async function drainUnderLoad(
  engine: DistributedEngine,
  { times, itemCount }: DrainOptions,
  random: () => number,
): Promise<readonly number[]> {
  const { cluster } = engine;
  // One of each service first: `ranking`, then `ranking-2`.
  const replicaOf = (name: string): number => Number(name.split('-')[1] ?? 1);
  const names = [...cluster.urls.keys()].sort((left, right) => replicaOf(left) - replicaOf(right));
  const tookMs: number[] = [];
  let inFlight = 0;
  const load: DrainLoad = startDrainLoad(engine, { itemCount, random });
  try {
    await until('all are seen to be ready', () => names.every((each) => load.isReady(each)));
    for (let time = 0; time < times; time++) {
      const name = names[time % names.length]!;
      await sleep(500 + random() * 1_000);
      const exits = cluster.exits(name).length;
      await until(`requests of ${name} are in flight`, () => load.inFlight(name) > 0, 10_000, 1);
      inFlight += load.inFlight(name);
      const signalledAtMs = performance.now();
      cluster.signal(name, 'SIGTERM');
      await until(`${name} has ended`, () => cluster.exits(name).length > exits, 20_000, 5);
      tookMs.push(performance.now() - signalledAtMs);
      expect(cluster.exits(name).at(-1), `the exit code of ${name}`).toBe(0);
      await until('all are seen to be ready', () => names.every((each) => load.isReady(each)), 90_000);
    }
  } finally {
    await load.stop();
  }
  expect(load.failures).toEqual([]);
  await expectNothingLost(engine, load);
  console.log(
    `${times} times SIGTERM: ${inFlight} requests in flight, ${load.answered()} answered in all, 0 failed, ${load.turnedAway()} came too late; ended after at most ${Math.round(Math.max(...tookMs))} ms`,
  );
  return tookMs;
}
