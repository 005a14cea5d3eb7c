import type { BenchRun } from '../bench-run.ts';
import { benchFolder } from '../engine/bench-folder.ts';
import { startServer } from '../engine/server-process.ts';
import { BACKLOG } from './backlog.ts';
import { eventStream } from './event-stream.ts';
import { postHistory } from './history.ts';
import { openHttpLoad } from './http-load.ts';
import { removeOwnDatabase, startOwnDatabase } from './own-database.ts';
import type { ModeResult } from './result.ts';
import { watched } from './watched.ts';

const EVENTS_PER_SECOND = 500;
const GOALS = { p99Ms: 200 };

/**
 * The real server of the standalone mode: after as many events as the distributed mode starts with, events come over HTTP at a
 * steady rate while slates are watched.
 */
export async function standalone({ config, seed }: BenchRun): Promise<ModeResult> {
  await using ends = new AsyncDisposableStack();
  const folder = await benchFolder(config, 'freshness');
  ends.defer(() => removeOwnDatabase(folder));
  const database = await startOwnDatabase(folder, config.model, seed);
  await database.stop();
  const { url, stop } = await startServer(folder);
  ends.defer(stop);
  await postHistory(url, BACKLOG, eventStream('backlog', seed));
  return await watched({
    mode: 'standalone',
    eventsPerSecond: EVENTS_PER_SECOND,
    goals: GOALS,
    url,
    seed,
    openLoad: () => openHttpLoad(url),
  });
}
