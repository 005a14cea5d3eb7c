import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@kindred/shared/platform/database';
import { processMetric } from '../engine/process-metric.ts';
import { startProgress } from '../measure/progress.ts';
import type { EventLoad } from './event-load.ts';
import type { StreamEvent } from './event-stream.ts';

export const BACKLOG = 300_000;
const SENT_AT_ONCE = 2_000;
const POLL_MS = 50;
const TIMEOUT_MS = 600_000;

/** Puts so many events in the topic that consuming them takes a while. */
export async function produceBacklog({ send }: EventLoad, draw: () => StreamEvent): Promise<void> {
  const progress = startProgress('freshness: events produced', BACKLOG);
  for (let sent = 0; sent < BACKLOG; sent += SENT_AT_ONCE) {
    await send(Array.from({ length: SENT_AT_ONCE }, draw));
    progress.at(sent + SENT_AT_ONCE);
  }
  progress.done();
}

export interface Drain {
  readonly events: number;
  readonly perSecond: number;
  readonly rankingCores: number;
}

export interface DrainOptions {
  readonly databaseUrl: string;
  readonly topic: string;
  readonly rankingUrl: string;
}

/** Waits until the whole backlog is applied, by the progress that is stored with it. Counts from the call on. */
export async function drainBacklog({ databaseUrl, topic, rankingUrl }: DrainOptions): Promise<Drain> {
  const database = openDatabase({ url: databaseUrl, connectionsMax: 1, onError: () => {} });
  const progress = startProgress('freshness: events applied', BACKLOG);
  const applied = async (): Promise<number> => {
    const { rows } = await database.query<{ applied: number }>(
      'SELECT coalesce(sum(next_offset), 0)::bigint AS applied FROM progress WHERE log = $1',
      [topic],
    );
    const count = rows[0]?.applied ?? 0;
    progress.at(count);
    return count;
  };
  const cpuSeconds = (): Promise<number> => processMetric(rankingUrl, 'process_cpu_seconds_total');
  try {
    const cpuBefore = await cpuSeconds();
    const before = await applied();
    const startMs = performance.now();
    while ((await applied()) < BACKLOG) {
      if (performance.now() - startMs > TIMEOUT_MS) throw new Error('the backlog was not applied');
      await sleep(POLL_MS);
    }
    const seconds = (performance.now() - startMs) / 1_000;
    progress.done();
    const events = BACKLOG - before;
    return { events, perSecond: events / seconds, rankingCores: ((await cpuSeconds()) - cpuBefore) / seconds };
  } finally {
    await database.end();
  }
}
