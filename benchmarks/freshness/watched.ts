import { seededRandom } from '@kindred/shared/numeric/random';
import type { EventLoad } from './event-load.ts';
import { eventStream } from './event-stream.ts';
import { startOpenLoop } from './open-loop.ts';
import { probe } from './prober.ts';
import type { ModeResult } from './result.ts';

export interface WatchOptions extends Pick<ModeResult, 'mode' | 'eventsPerSecond' | 'goals'> {
  /** Address of the recommendations. */
  readonly url: string;
  readonly seed: number;
  readonly openLoad: () => Promise<EventLoad>;
}

/** Lets events come at a steady rate, and measures meanwhile how soon slates hold what their users did. */
export async function watched({ url, seed, openLoad, ...asked }: WatchOptions): Promise<ModeResult> {
  await using ends = new AsyncDisposableStack();
  const load = await openLoad();
  ends.defer(load.close);
  // Of their own: a probe waits behind no batch of the load.
  const probes = await openLoad();
  ends.defer(probes.close);
  const draw = eventStream('load', seed + 1);
  const loop = startOpenLoop({
    perSecond: asked.eventsPerSecond,
    send: (count) => load.send(Array.from({ length: count }, draw)),
  });
  const random = seededRandom(seed + 2);
  const probed = await probe({ name: asked.mode, url, random, send: (event) => probes.send([event]) }).catch(
    async (error) => {
      await loop.stop();
      throw error;
    },
  );
  const { perSecond, lateMaxMs, acknowledged } = await loop.stop();
  return { ...asked, reachedPerSecond: perSecond, lateMaxMs, ...probed, acknowledged };
}
