import type { EventConsumer } from './events/event-consumer.ts';
import type { ErasureFollower } from './users/erasure-follower.ts';

export interface ReadinessParts {
  readonly erasures: Pick<ErasureFollower, 'isFollowing'>;
  readonly consumer: Pick<EventConsumer, 'isRunning'>;
}

/**
 * Names what takes this process out of rotation: only what another replica does better, or a restart cures.
 * - `database` until it has answered once: a process that never read anything has nothing to answer from. A later outage
 *   does not count: all replicas share it, and each goes on with what it read last, saying so in `degraded`.
 * - `event-log` once the consumer has ended by itself, which no outage brings about: this process will never apply events
 *   again. Lag does not count: progress is in the database that all replicas read, so no other one is fresher.
 *
 * An unavailable log or index does not count either: without the log reads are whole, and without the index they are
 * degraded on every replica.
 */
export function unreadyParts({ erasures, consumer }: ReadinessParts): readonly string[] {
  return [...(erasures.isFollowing ? [] : ['database']), ...(consumer.isRunning ? [] : ['event-log'])];
}
