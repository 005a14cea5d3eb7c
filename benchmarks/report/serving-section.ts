import type { ServingLoad, ServingResult } from '../serving/result.ts';
import { markdownTable } from './markdown-table.ts';
import { milliseconds, verdict } from './numbers.ts';
import { runLine } from './run-line.ts';

/** Renders latencies of the real server over HTTP. */
export function servingSection(result: ServingResult): string {
  const { data, load, startUp, memory } = result;
  const slowest = Math.max(...startUp.readyMs);
  return [
    `### ${data}`,
    ...(load === undefined ? oneUserOf(result) : loadOf(load, result)),
    `Started on a filled folder, the server was ready after ${startUp.readyMs.map((each) => (each / 1_000).toFixed(1)).join(', ')} s (goal ${startUp.goalMs / 1_000} s: ${verdict(slowest <= startUp.goalMs)}). Its process took ${memory.atStartMb.toFixed(0)} MB when ready and ${memory.afterRequestsMb.toFixed(0)} MB after the requests, without the database.`,
    runLine(result),
  ].join('\n\n');
}

function oneUserOf({ items, engagements = 0, requests = [], parameters }: ServingResult): readonly string[] {
  const rows = requests.map(({ name, latency, goals }) => [
    name,
    ...withGoal(latency.p50Ms, goals.p50Ms),
    ...withGoal(latency.p99Ms, goals.p99Ms),
  ]);
  return [
    `${whole(items)} items; recommendations by trained weights for a user with ${engagements} saves. One client on one connection, one request at a time; of ${parameters.passes} passes, the one with the median p99.`,
    markdownTable(['request', 'p50 ms', 'goal', '', 'p99 ms', 'goal', ''], rows),
  ];
}

function loadOf(load: ServingLoad, { items }: ServingResult): readonly string[] {
  const { users, usersOfAll, usersPerPass, itemsPerPass, events, passes } = load;
  const rows = passes.map(({ name, connections, asked, latency, perSecond, goals }) => [
    `${name}, ${asked}`,
    `${connections}`,
    whole(latency.count),
    ...withGoal(latency.p50Ms, goals?.p50Ms),
    ...withGoal(latency.p99Ms, goals?.p99Ms),
    whole(perSecond),
  ]);
  const sample = users < usersOfAll ? ` (a hashed sample of ${whole(usersOfAll)})` : '';
  const degraded = passes.reduce((sum, pass) => sum + pass.degraded, 0);
  const requests = passes.reduce((sum, { latency }) => sum + latency.count, 0);
  return [
    `${whole(items)} items, ${whole(users)} users${sample}; recommendations by trained weights. Each pass asks for ${whole(usersPerPass)} users or ${whole(itemsPerPass)} items, each once, on connections that stay open with one request under way on each: "first" for those that nobody has asked for since the server started, "repeated" for the same ones again in another order. The goals are for one connection.`,
    markdownTable(
      ['request', 'connections', 'requests', 'p50 ms', 'goal', '', 'p99 ms', 'goal', '', 'requests/s'],
      rows,
    ),
    `Meanwhile events of random users among them came over HTTP, one per request: ${whole(events.count)} at ${whole(events.reachedPerSecond)} per second (planned ${whole(events.perSecond)}), the latest ${whole(events.lateMaxMs)} ms late, acknowledged within ${milliseconds(events.acknowledged.p50Ms)} ms (p50) and ${milliseconds(events.acknowledged.p99Ms)} ms (p99). ${degraded === 0 ? 'No answer was degraded.' : `**${whole(degraded)} of ${whole(requests)} answers were degraded.**`}`,
  ];
}

function withGoal(valueMs: number, goalMs: number | undefined): readonly string[] {
  if (goalMs === undefined) return [milliseconds(valueMs), '', ''];
  return [milliseconds(valueMs), `≤ ${goalMs}`, verdict(valueMs <= goalMs)];
}

function whole(count: number): string {
  return Math.round(count).toLocaleString('en');
}
