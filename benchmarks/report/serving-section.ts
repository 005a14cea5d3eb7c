import type { ServingResult } from '../serving/result.ts';
import { markdownTable } from './markdown-table.ts';
import { milliseconds, verdict } from './numbers.ts';
import { runLine } from './run-line.ts';

/** Renders latencies of the real server over HTTP. */
export function servingSection(result: ServingResult): string {
  const { data, items, engagements, requests, startUp, memory, parameters } = result;
  const slowest = Math.max(...startUp.readyMs);
  const rows = [
    ...requests.map(({ name, latency, goals }) => [
      name,
      ...withGoal(latency.p50Ms, goals.p50Ms),
      ...withGoal(latency.p99Ms, goals.p99Ms),
    ]),
  ];
  return [
    `### ${data}`,
    `${items.toLocaleString('en')} items; recommendations by trained weights for a user with ${engagements} saves. One client on one connection, one request at a time; of ${parameters.passes} passes, the one with the median p99.`,
    markdownTable(['request', 'p50 ms', 'goal', '', 'p99 ms', 'goal', ''], rows),
    `Started on a filled folder, the server was ready after ${startUp.readyMs.map((each) => (each / 1_000).toFixed(1)).join(', ')} s (goal ${startUp.goalMs / 1_000} s: ${verdict(slowest <= startUp.goalMs)}). Its process took ${memory.atStartMb.toFixed(0)} MB when ready and ${memory.afterRequestsMb.toFixed(0)} MB after the requests, without the database.`,
    runLine(result),
  ].join('\n\n');
}

function withGoal(valueMs: number, goalMs: number | undefined): readonly string[] {
  if (goalMs === undefined) return [milliseconds(valueMs), '', ''];
  return [milliseconds(valueMs), `≤ ${goalMs}`, verdict(valueMs <= goalMs)];
}
