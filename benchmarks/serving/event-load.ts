import { type KeepAliveClient, succeeded } from '../engine/keep-alive-client.ts';
import { type OpenLoop, startOpenLoop } from '../freshness/open-loop.ts';
import { latencyOf } from '../measure/quantile.ts';
import type { ActEvent } from './act-stream.ts';
import type { EventLoadReport } from './result.ts';

/** Source, target and pace of the events. */
export interface EventLoadOptions {
  /** Of the load alone: no request that is measured waits for one of its connections. */
  readonly client: KeepAliveClient;
  readonly catalogPath: string;
  readonly perSecond: number;
  /** The load ends when it has sent so many. */
  readonly eventsMax: number;
  readonly draw: () => ActEvent;
}

const TAKEN_BACK_AT_ONCE = 500;
const APPLIED_TIMEOUT_MS = 120_000;

/** Events that come over HTTP at a steady rate, one request each, until it is stopped. */
export class EventLoad {
  readonly #options: EventLoadOptions;
  readonly #sent: ActEvent[] = [];
  readonly #acknowledgedMs: number[] = [];
  readonly #startMs = performance.now();
  readonly #loop: OpenLoop;

  constructor(options: EventLoadOptions) {
    this.#options = options;
    this.#loop = startOpenLoop({ perSecond: options.perSecond, send: (count) => this.#send(count) });
  }

  /** Sends no more, and waits for all answers. @throws Error when an event was refused, or none was sent. */
  async stop(): Promise<EventLoadReport> {
    const seconds = (performance.now() - this.#startMs) / 1_000;
    const { lateMaxMs } = await this.#loop.stop();
    const count = this.#sent.length;
    const { perSecond, eventsMax } = this.#options;
    const acknowledged = latencyOf(this.#acknowledgedMs);
    return { perSecond, eventsMax, count, reachedPerSecond: count / seconds, lateMaxMs, acknowledged };
  }

  /**
   * Takes back every event, those that failed too, and waits until the catalog's slates reflect it; stops first.
   * @throws Error when that takes two minutes.
   */
  async takeBack(): Promise<void> {
    const { client, catalogPath } = this.#options;
    // Reported by `stop`, or preceded by the error that led here.
    await this.#loop.stop().catch(() => {});
    const distinct = new Map(this.#sent.map((event) => [`${event.user}\n${event.item}\n${event.type}`, event]));
    const events = [...distinct.values()].map((event) => ({ ...event, id: `${event.id}/taken-back`, value: 0 }));
    for (let start = 0; start < events.length; start += TAKEN_BACK_AT_ONCE) {
      const some = events.slice(start, start + TAKEN_BACK_AT_ONCE);
      const answer = succeeded(await client.send('POST', `${catalogPath}/events`, { events: some }));
      const { token }: { token: string } = JSON.parse(answer);
      await this.#applied(some.at(-1)!.user, token);
    }
  }

  async #applied(user: string, token: string): Promise<void> {
    const { client, catalogPath } = this.#options;
    const deadline = performance.now() + APPLIED_TIMEOUT_MS;
    const body = { user, limit: 1, after: token };
    for (;;) {
      const reply = await client.send('POST', `${catalogPath}/recommendations`, body);
      if (reply.status !== 503) return void succeeded(reply);
      if (performance.now() > deadline) throw new Error(`events were not applied within ${APPLIED_TIMEOUT_MS} ms`);
    }
  }

  async #send(count: number): Promise<void> {
    const { client, catalogPath, eventsMax, draw } = this.#options;
    const events = Array.from({ length: Math.min(count, eventsMax - this.#sent.length) }, draw);
    this.#sent.push(...events);
    await Promise.all(
      events.map(async (event) => {
        const reply = await client.send('POST', `${catalogPath}/events`, { events: [event] });
        succeeded(reply);
        this.#acknowledgedMs.push(reply.tookMs);
      }),
    );
  }
}
