import type { FreshnessResult } from '../freshness/result.ts';
import { markdownTable } from './markdown-table.ts';
import { milliseconds, percent, verdict } from './numbers.ts';
import { runLine } from './run-line.ts';

/** Renders the time from an event to the slate that reflects it, and the rate at which events are applied. */
export function freshnessSection(result: FreshnessResult): string {
  const { data, items, modes } = result;
  const late = modes.map(({ lateMaxMs }) => whole(lateMaxMs)).join(' and ');
  return [
    `### ${data}`,
    `${whole(items)} items with random embeddings. New users save an item of their slate; a slate has changed when the item has left it and is named as a cause of another item in it. The time runs from before the event is sent to the end of the first answer that has changed.`,
    modesOf(result),
    `The events of the load are sent when they are due, even if earlier ones are unanswered; the latest were ${late} ms late. "polling" is the part of the time to the changed slate that the probe itself may add: it runs from the request for the last unchanged answer. "acknowledged" covers all events of the load, the first seconds included.`,
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
  return `One ranking process applied ${whole(events)} waiting events at **${whole(appliedPerSecond)} per second** (goal ${whole(goalPerSecond)}: ${verdict(appliedPerSecond >= goalPerSecond)}), keeping ${rankingCores.toFixed(2)} cores busy. In the same run kafkajs alone, with the same fetch settings and no work per message, read the topic's ${whole(bareEvents)} at ${whole(barePerSecond)} per second: Kindred applies ${percent(appliedPerSecond / barePerSecond)} of that.`;
}

function whole(count: number): string {
  return Math.round(count).toLocaleString('en');
}
