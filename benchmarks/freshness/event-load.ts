import type { StreamEvent } from './event-stream.ts';

/** A way for events into Kindred. */
export interface EventLoad {
  /** Resolves when the events are acknowledged, and so will not be lost. */
  send(events: readonly StreamEvent[]): Promise<void>;
  close(): Promise<void>;
}
