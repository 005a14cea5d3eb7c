import type { EventLog } from '@kindred/shared/event-log/event-log';
import type { CatalogId, UserId } from '@kindred/shared/id';
import type { DeadLetters } from '../events/dead-letters.ts';
import type { EventStore } from '../events/event-store.ts';
import { logUnavailable } from '../events/log-unavailable.ts';
import type { ReadYourWrites } from '../events/read-your-writes.ts';
import type { KnownCatalogs } from '../known-catalogs.ts';
import type { Interest } from '../profile/interest.ts';
import type { HistorySource, UserEvent } from '../reads/history-source.ts';
import type { Reader } from '../reads/reader.ts';
import type { Recommender } from '../recommend/pipeline.ts';
import { userHash } from '../user-hash.ts';

export interface UsersOptions {
  readonly catalogs: KnownCatalogs;
  readonly writes: ReadYourWrites;
  readonly recommender: Pick<Recommender, 'interests'>;
  readonly history: HistorySource;
  readonly events: EventStore;
  readonly eventLog: EventLog;
  readonly deadLetters: DeadLetters;
  readonly reader: Pick<Reader, 'forget'>;
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
   * Erases a user from every store. Other processes forget the user within seconds. May be repeated, and must be after a
   * failure: then a store may still hold something.
   * @returns The number of events deleted.
   * @throws {Problem} `catalog-not-found`, `unavailable`
   */
  async erase(catalog: CatalogId, user: UserId): Promise<number> {
    const { catalogs, events, eventLog, deadLetters, reader } = this.#options;
    await catalogs.require(catalog);
    // First of all: from here on the user's older messages are dropped wherever they come from, dead letters too.
    const ends = await eventLog.ends().catch(logUnavailable);
    const deleted = await events.erase(catalog, user, eventLog.name, ends);
    reader.forget(catalog, userHash(user));
    await eventLog.erase(catalog, user).catch(logUnavailable);
    await deadLetters.erase(eventLog.name, catalog, user).catch(logUnavailable);
    return deleted;
  }
}
