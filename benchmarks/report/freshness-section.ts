import type { FreshnessResult } from '../freshness/result.ts';
import { markdownTable } from './markdown-table.ts';
import { milliseconds, percent, verdict } from './numbers.ts';
import { runLine } from './run-line.ts';

/** From an event to the slate that holds it, and how many events can be applied. */
export function freshnessSection(result: FreshnessResult): string {
  const { data, items, modes } = result;
  const late = modes.map(({ lateMaxMs }) => whole(lateMaxMs)).join(' and ');
  return [
    `### ${data}`,
    `${whole(items)} items with random embeddings. New users save an item of their slate; a slate has changed when the item has left it and explains what took its place. The time begins before the event is sent and ends with the first answer that has changed, the whole of that request included.`,
    modesOf(result),
    `The events of the load are sent when they are due, whatever became of those before; the latest were ${late} ms late. Of the time to the changed slate, "polling" can be the watching itself: it runs from when the last unchanged answer was asked for. "acknowledged" is of all events of the load, the first seconds included.`,
    throughputOf(result),
    runLine(result),
  ].join('\n\n');
}

function modesOf({ modes }: FreshnessResult): string {
  const rows = modes.map(({ mode, reachedPerSecond, changed, precision, acknowledged, goals }) => [
    mode === 'distributed' ? 'distributed: sent to Kafka' : 'standalone: posted over HTTP',
    whole(reachedPerSecond),
    `${changed.count}`,
    ...[changed.p50Ms, changed.p99Ms].map(milliseconds),
    [precision.p50Ms, precision.p99Ms].map(milliseconds).join(' / '),
    [acknowledged.p50Ms, acknowledged.p99Ms].map(milliseconds).join(' / '),
    `${goals.p50Ms === undefined ? '' : `p50 ≤ ${goals.p50Ms}, `}p99 ≤ ${whole(goals.p99Ms)}`,
    verdict(changed.p50Ms <= (goals.p50Ms ?? Number.POSITIVE_INFINITY) && changed.p99Ms <= goals.p99Ms),
  ]);
  return markdownTable(
    [
      ...['event', 'events/s', 'probes', 'p50 ms', 'p99 ms', 'polling p50 / p99', 'acknowledged p50 / p99'],
      ...['goal in ms', 'goal'],
    ],
    rows,
  );
}

function throughputOf({ throughput }: FreshnessResult): string {
  const { events, appliedPerSecond, goalPerSecond, rankingCores, bareEvents, barePerSecond } = throughput;
  return `One ranking process applied ${whole(events)} waiting events at **${whole(appliedPerSecond)} a second** (goal ${whole(goalPerSecond)}: ${verdict(appliedPerSecond >= goalPerSecond)}), keeping ${rankingCores.toFixed(2)} cores busy itself. In the same run kafkajs alone, fetching alike and doing nothing, read the topic's ${whole(bareEvents)} at ${whole(barePerSecond)} a second: Kindred applies ${percent(appliedPerSecond / barePerSecond)} of that.`;
}

function whole(count: number): string {
  return Math.round(count).toLocaleString('en');
}
