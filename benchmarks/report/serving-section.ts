import type { ServingResult } from '../serving/result.ts';
import { markdownTable } from './markdown-table.ts';
import { milliseconds, verdict } from './numbers.ts';
import { runLine } from './run-line.ts';

/** The real server over HTTP. */
export function servingSection(result: ServingResult): string {
  const { data, items, engagements, requests, startUp, memory, parameters } = result;
  const slowest = Math.max(...startUp.readyMs);
  const rows = [
    ...requests.map(({ name, latency, p99GoalMs }) => [
      name,
      milliseconds(latency.p50Ms),
      milliseconds(latency.p99Ms),
      `≤ ${p99GoalMs}`,
      verdict(latency.p99Ms <= p99GoalMs),
    ]),
  ];
  return [
    `### ${data}`,
    `${items.toLocaleString('en')} items; recommendations for a user with ${engagements} saves. One client on one connection, one request after another; of ${parameters.passes} passes the one with the median p99.`,
    markdownTable(['request', 'p50 ms', 'p99 ms', 'goal for p99', 'goal'], rows),
    `Started on a filled folder, the server was ready after ${startUp.readyMs.map((each) => (each / 1_000).toFixed(1)).join(', ')} s (goal ${startUp.goalMs / 1_000} s: ${verdict(slowest <= startUp.goalMs)}). Its process took ${memory.atStartMb.toFixed(0)} MB when ready and ${memory.afterRequestsMb.toFixed(0)} MB after the requests, without the database.`,
    runLine(result),
  ].join('\n\n');
}
