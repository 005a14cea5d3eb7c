import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@kindred/shared/numeric/random';
import { type KeepAliveClient, keepAliveClient, succeeded } from '../engine/keep-alive-client.ts';
import { startProgress } from '../measure/progress.ts';
import { type Latency, latencyOf } from '../measure/quantile.ts';
import type { StreamEvent } from './event-stream.ts';
import { CATALOG_PATH } from './synthetic-catalog.ts';

const PROBE_COUNT = 400;
/** The first ones are not counted: they warm up what they use. */
export const WARM_UP_COUNT = 40;
export const PROBE_EVERY_MS = 250;
export const POLL_PAUSE_MS = 5;
/** Polls at once, over all probes: more would be a load of their own. */
export const POLLS_MAX = 2;
export const LIMIT = 20;
const CHANGED_TIMEOUT_MS = 10_000;
const WHOLE_TIMEOUT_MS = 60_000;
const WHOLE_POLL_MS = 100;

export interface ProberOptions {
  readonly name: string;
  /** Address of the recommendations. */
  readonly url: string;
  readonly random: Random;
  /** Sends one event; resolves when it is acknowledged. */
  readonly send: (event: StreamEvent) => Promise<void>;
}

export interface ProbeReport {
  /** From the moment before the event is sent to the first answer that holds it, that answer's own time included. */
  readonly changed: Latency;
  /** Part of it that can be the polling: from the request of the last answer without the event to that of the first with it. */
  readonly precision: Latency;
}

interface Probe {
  readonly changedMs: number;
  readonly precisionMs: number;
}

interface ProbeSlate {
  readonly degraded: readonly string[];
  readonly items: readonly {
    readonly item: string;
    readonly explanation: { readonly because: readonly string[] };
  }[];
}

/**
 * Lets users whom nobody knows save an item of their slate, one every `PROBE_EVERY_MS` on average whether or not the one
 * before has been seen, and asks for each one's slate until the item has left it and explains what took its place: nothing
 * but the event can have done that.
 * @throws Error when a slate has not changed within 10 s.
 */
export async function probe({ name, url, random, send }: ProberOptions): Promise<ProbeReport> {
  const client = keepAliveClient(url, POLLS_MAX);
  const probes: Promise<Probe>[] = [];
  const count = WARM_UP_COUNT + PROBE_COUNT;
  const progress = startProgress(`freshness: ${name}, probes`, count);
  try {
    await whole(client);
    const startMs = performance.now();
    for (let number = 0; number < count; number++) {
      const dueMs = startMs + (number + random()) * PROBE_EVERY_MS;
      await sleep(Math.max(0, dueMs - performance.now()));
      const probing = probeWith(client, `probe-${number}`, random, send);
      // Reported at the end; until then it must not end the process.
      probing.catch(() => {});
      probes.push(probing);
      progress.at(number);
    }
    const probed = (await Promise.all(probes)).slice(WARM_UP_COUNT);
    progress.done();
    return {
      changed: latencyOf(probed.map(({ changedMs }) => changedMs)),
      precision: latencyOf(probed.map(({ precisionMs }) => precisionMs)),
    };
  } finally {
    client.close();
  }
}

async function probeWith(
  client: KeepAliveClient,
  user: string,
  random: Random,
  send: ProberOptions['send'],
): Promise<Probe> {
  const { items } = await slateOf(client, user);
  const item = items[Math.floor(random() * items.length)]?.item;
  if (item === undefined) throw new Error('the slate of a new user is empty');
  const sentMs = performance.now();
  const sending = send({ id: user, user, item, type: 'save', value: 1 });
  sending.catch(() => {});
  let lastAskedMs = sentMs;
  for (const deadline = sentMs + CHANGED_TIMEOUT_MS; performance.now() < deadline; await sleep(POLL_PAUSE_MS)) {
    const askedMs = performance.now();
    const slate = await slateOf(client, user);
    const nowMs = performance.now();
    if (holds(slate, item)) {
      await sending;
      return { changedMs: nowMs - sentMs, precisionMs: nowMs - lastAskedMs };
    }
    lastAskedMs = askedMs;
  }
  await sending;
  throw new Error(`the slate of ${user} did not change within ${CHANGED_TIMEOUT_MS} ms`);
}

/** Waits until nothing is missing from a slate, as after a start. */
async function whole(client: KeepAliveClient): Promise<void> {
  for (const deadline = performance.now() + WHOLE_TIMEOUT_MS; ; await sleep(WHOLE_POLL_MS)) {
    const { degraded } = await slateOf(client, 'probe');
    if (degraded.length === 0) return;
    if (performance.now() > deadline) throw new Error(`slates lacked ${degraded} after ${WHOLE_TIMEOUT_MS} ms`);
  }
}

async function slateOf(client: KeepAliveClient, user: string): Promise<ProbeSlate> {
  return JSON.parse(succeeded(await client.send('POST', `${CATALOG_PATH}/recommendations`, { user, limit: LIMIT })));
}

function holds({ items }: ProbeSlate, saved: string): boolean {
  return (
    items.every(({ item }) => item !== saved) && items.some(({ explanation }) => explanation.because.includes(saved))
  );
}
