import { encodeToken } from '@kindred/shared/api/write-token';
import type { Event } from '@kindred/shared/event';
import { type EventLog, REQUEST_ID_HEADER } from '@kindred/shared/event-log/event-log';
import type { CatalogId } from '@kindred/shared/id';
import type { KnownCatalogs } from '../known-catalogs.ts';
import { logUnavailable } from './log-unavailable.ts';

export interface EventIntakeOptions {
  readonly catalogs: KnownCatalogs;
  readonly eventLog: EventLog;
}

/** Appends the events of HTTP requests to the event log; the consumer applies them with those of every other producer. */
export class EventIntake {
  readonly #catalogs: KnownCatalogs;
  readonly #eventLog: EventLog;

  constructor({ catalogs, eventLog }: EventIntakeOptions) {
    this.#catalogs = catalogs;
    this.#eventLog = eventLog;
  }

  /** @throws {Problem} `catalog-not-found` */
  requireCatalog(catalog: CatalogId): Promise<void> {
    return this.#catalogs.require(catalog);
  }

  /**
   * Resolves once the events are durable.
   * @returns The token of the write, for read-your-writes.
   * @throws {Problem} `unavailable`
   */
  async accept(catalog: CatalogId, events: readonly Event[], requestId: string): Promise<string> {
    const messages = events.map((event) => ({
      catalog,
      user: event.user,
      value: Buffer.from(JSON.stringify({ catalog, ...event })),
      headers: { [REQUEST_ID_HEADER]: requestId },
    }));
    const positions = await this.#eventLog.append(messages).catch(logUnavailable);
    const offsets: Record<string, number> = {};
    for (const { partition, offset } of positions) offsets[partition] = Math.max(offsets[partition] ?? 0, offset);
    return encodeToken({ log: this.#eventLog.name, offsets });
  }
}
