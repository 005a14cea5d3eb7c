import type { EventStore } from '@kindred/ranking/events/event-store';
import type { EventLog } from '@kindred/shared/event-log/event-log';
import type { Log } from '@kindred/shared/platform/log';

const HOUR_MS = 3_600_000;
/** Applied messages are kept this long, for a look at what came in. */
const RETENTION_MS = 7 * 24 * HOUR_MS;

/** Trims the log of what was applied long ago, once an hour. */
export function startUpkeep({ eventLog, events, log }: { eventLog: EventLog; events: EventStore; log: Log }): {
  stop(): void;
} {
  const trim = async (): Promise<void> => {
    try {
      const applied = await events.progress(eventLog.name, [...(await eventLog.ends()).keys()]);
      await eventLog.trim(applied, Date.now() - RETENTION_MS);
    } catch (error) {
      log.warn({ err: error }, 'the event log was not trimmed');
    }
  };
  const timer = setInterval(() => void trim(), HOUR_MS);
  return { stop: () => clearInterval(timer) };
}
