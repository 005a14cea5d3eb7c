import type { Answer, BenchRun } from '../bench-run.ts';
import { runHeader } from '../measure/run-header.ts';
import { BACKLOG } from './backlog.ts';
import { distributed, PARTITIONS } from './distributed.ts';
import { STREAM_PARAMETERS } from './event-stream.ts';
import { CONNECTIONS } from './http-load.ts';
import { TICK_MS } from './open-loop.ts';
import { LIMIT, POLL_PAUSE_MS, POLLS_MAX, PROBE_EVERY_MS, WARM_UP_COUNT } from './prober.ts';
import type { FreshnessResult } from './result.ts';
import { standalone } from './standalone.ts';
import { ITEM_COUNT } from './synthetic-catalog.ts';

/** Measures the time from an event to the slate that reflects it, and the events applied per second. */
export async function* freshness(run: BenchRun): AsyncGenerator<Answer<FreshnessResult>> {
  const { dataHash, mode, throughput } = await distributed(run);
  const modes = [mode, await standalone(run)];
  const parameters = {
    partitions: PARTITIONS,
    backlog: BACKLOG,
    loadTickMs: TICK_MS,
    httpConnections: CONNECTIONS,
    probeEveryMs: PROBE_EVERY_MS,
    warmUpProbes: WARM_UP_COUNT,
    pollPauseMs: POLL_PAUSE_MS,
    pollsAtOnce: POLLS_MAX,
    limit: LIMIT,
    ...STREAM_PARAMETERS,
  };
  const header = runHeader({ data: 'synthetic', dataHash, seed: run.seed, parameters });
  const result = { benchmark: 'freshness' as const, ...header, items: ITEM_COUNT, modes, throughput };
  yield { result, isWhole: true };
}
