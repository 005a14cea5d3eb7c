import type { KeepAliveClient, TimedReply } from '../engine/keep-alive-client.ts';
import { succeeded } from '../engine/keep-alive-client.ts';
import { startProgress } from '../measure/progress.ts';
import { type Latency, latencyOf } from '../measure/quantile.ts';

export const WARM_UP_COUNT = 300;
export const REQUEST_COUNT = 2_000;
export const PASSES = 3;

/** Sends one request after another: the warm-up, then passes of which the one with the median p99 counts. */
export async function timedRequests(
  name: string,
  client: KeepAliveClient,
  send: (client: KeepAliveClient, index: number) => Promise<TimedReply>,
): Promise<Latency> {
  for (let i = 0; i < WARM_UP_COUNT; i++) succeeded(await send(client, i));
  const passes: Latency[] = [];
  const progress = startProgress(`serving: ${name}`, PASSES * REQUEST_COUNT);
  for (let pass = 0; pass < PASSES; pass++) {
    const timesMs: number[] = [];
    for (let i = 0; i < REQUEST_COUNT; i++) {
      const reply = await send(client, i);
      succeeded(reply);
      timesMs.push(reply.tookMs);
      progress.at(pass * REQUEST_COUNT + i + 1);
    }
    passes.push(latencyOf(timesMs));
  }
  progress.done();
  return passes.sort((a, b) => a.p99Ms - b.p99Ms)[Math.floor(PASSES / 2)]!;
}
