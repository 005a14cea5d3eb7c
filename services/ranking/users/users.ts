import type { EventLog } from '@kindred/shared/event-log/event-log';
import type { CatalogId, UserId } from '@kindred/shared/id';
import type { EventStore } from '../events/event-store.ts';
import { logUnavailable } from '../events/log-unavailable.ts';
import type { ReadYourWrites } from '../events/read-your-writes.ts';
import type { KnownCatalogs } from '../known-catalogs.ts';
import type { Interest } from '../profile/interest.ts';
import type { HistorySource, UserEvent } from '../reads/history-source.ts';
import type { Reader } from '../reads/reader.ts';
import type { Recommender } from '../recommend/pipeline.ts';

export interface UsersOptions {
  readonly catalogs: KnownCatalogs;
  readonly writes: ReadYourWrites;
  readonly recommender: Recommender;
  readonly history: HistorySource;
  readonly events: EventStore;
  readonly eventLog: EventLog;
  readonly reader: Reader;
}

export interface UserView {
  /** By falling importance. */
  readonly interests: readonly Interest[];
  /** Latest first, at most 100. */
  readonly events: readonly UserEvent[];
}

const LATEST_EVENTS_MAX = 100;

/** Shows and erases users. */
export class Users {
  readonly #options: UsersOptions;

  constructor(options: UsersOptions) {
    this.#options = options;
  }

  /** @throws {Problem} `catalog-not-found`, `invalid-token`, `not-yet-applied` */
  async view(catalog: CatalogId, user: UserId, after: string | undefined): Promise<UserView> {
    const { catalogs, writes, recommender, history } = this.#options;
    await catalogs.require(catalog);
    await writes.reflected(catalog, after);
    return {
      interests: await recommender.interests(catalog, user, Date.now()),
      events: await history.latest(catalog, user, LATEST_EVENTS_MAX),
    };
  }

  /**
   * Erases a user from every store.
   * @returns How many events were deleted.
   * @throws {Problem} `catalog-not-found`, `unavailable`
   */
  async erase(catalog: CatalogId, user: UserId): Promise<number> {
    const { catalogs, events, eventLog, reader } = this.#options;
    await catalogs.require(catalog);
    const deleted = await events.erase(catalog, user, eventLog.name, await eventLog.ends().catch(logUnavailable));
    await eventLog.erase(catalog, user);
    reader.forget(catalog, user);
    return deleted;
  }
}
