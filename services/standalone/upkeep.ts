import type { EventStore } from '@kindred/ranking/events/event-store';
import type { EventLog } from '@kindred/shared/event-log/event-log';
import type { Log } from '@kindred/shared/platform/log';

/** A log to trim, and the store that knows how far it is applied. */
export interface UpkeepOptions {
  readonly eventLog: EventLog;
  /** Knows how far the log is applied. */
  readonly events: EventStore;
  readonly log: Log;
}

const HOUR_MS = 3_600_000;
/** Age at which applied messages go; until then they show what came in. */
const RETENTION_MS = 7 * 24 * HOUR_MS;

/** Trims the event log of messages that were applied over a week ago, once an hour. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#trim(), HOUR_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #trim(): Promise<void> {
    const { eventLog, events, log } = this.#options;
    try {
      const applied = await events.progress(eventLog.name, [...(await eventLog.ends()).keys()]);
      await eventLog.trim(applied, Date.now() - RETENTION_MS);
    } catch (error) {
      log.warn({ err: error }, 'the event log was not trimmed');
    }
  }
}
