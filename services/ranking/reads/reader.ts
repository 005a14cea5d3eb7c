import type { CatalogId, ItemId, SpaceId, UserId } from '@kindred/shared/id';
import type { Log } from '@kindred/shared/platform/log';
import { LRUCache } from 'lru-cache';
import type { HistoryEvent } from '../profile/engagement.ts';
import { userHash } from '../users/user-hash.ts';
import type { EmbeddingSource, WantedVector } from './embedding-source.ts';
import type { HistorySource, SeenItem } from './history-source.ts';
import type { ItemReader, ItemRow, ItemView, PageKey } from './item-reader.ts';

export interface ReaderOptions {
  readonly histories: HistorySource;
  readonly items: ItemReader;
  readonly embeddings: EmbeddingSource;
  /** Whether an error says that the store is away, or too busy to answer. */
  readonly isAway: (error: unknown) => boolean;
  readonly log: Log;
}

/** What one request reads: from the store, and once that is away, from what was read last. */
export interface Reads {
  /** @param hasSeen  Whether what the user only saw counts. */
  history(user: UserId, hasSeen: boolean): Promise<readonly HistoryEvent[]>;
  seen(user: UserId, items: readonly ItemId[]): Promise<readonly SeenItem[]>;
  rows(space: SpaceId | undefined, items: readonly ItemId[]): Promise<ReadonlyMap<ItemId, ItemRow>>;
  page(after: PageKey | undefined, countMax: number): Promise<readonly PageKey[]>;
  vectors(space: SpaceId, wanted: readonly WantedVector[]): Promise<ReadonlyMap<ItemId, Float32Array>>;
  /** Names of what was not read from the store: `history`, `seen`, `items`, `embeddings`. */
  readonly missing: readonly string[];
}

export interface Reader {
  /** Starts with the items as they are now: one round trip, which later reads wait for. */
  begin(catalog: CatalogId): Reads;
  /** Forgets what was last read of a user, and what is being read now. @param hash  By `userHash`. */
  forget(catalog: CatalogId, hash: Buffer): void;
  /** Forgets what was last read of every user, and what is being read now. */
  forgetAll(): void;
}

/** A store that answers later than this counts as away, for this request and those of the next moment. */
const DEADLINE_MS = 1_000;
const AWAY_MS = 250;
const HISTORY_MAX = 500;
/** Some 100 bytes each. */
const KEPT_EVENTS_MAX = 500_000;
const KEPT_SEEN_MAX = 1_000;
const KEPT_MS = 12 * 3_600_000;
/** Longer than any read takes: a read that began before its user was forgotten is not kept. */
const FORGOTTEN_MS = 60_000;
const FORGOTTEN_MAX = 100_000;

interface LastKnown {
  readonly history: readonly HistoryEvent[];
  readonly seen: Map<ItemId, boolean>;
}

/** Reads that go on while the store is away. Users are kept as they were last read, within a bound; others are unknown. */
export function createReader({ histories, items, embeddings, isAway, log }: ReaderOptions): Reader {
  const users = new LRUCache<string, LastKnown>({
    maxSize: KEPT_EVENTS_MAX,
    sizeCalculation: ({ history }) => history.length + KEPT_SEEN_MAX / 10,
    ttl: KEPT_MS,
  });
  let awayUntilMs = 0;
  const keyOfHash = (catalog: CatalogId, hash: Buffer): string => `${catalog}\n${hash.toString('base64')}`;
  const keyOf = (catalog: CatalogId, user: UserId): string => keyOfHash(catalog, userHash(user));
  /** Times at which users were forgotten. */
  const forgottenMs = new LRUCache<string, number>({ max: FORGOTTEN_MAX, ttl: FORGOTTEN_MS });
  let allForgottenMs = Number.NEGATIVE_INFINITY;
  const isForgottenSince = (key: string, startMs: number): boolean =>
    Math.max(allForgottenMs, forgottenMs.get(key) ?? Number.NEGATIVE_INFINITY) >= startMs;

  /** One more attempt where a connection broke: the next one may be whole. */
  const read = async <T>(ask: () => Promise<T>): Promise<T> => {
    const startMs = performance.now();
    try {
      return await ask();
    } catch (error) {
      if (!isAway(error) || performance.now() - startMs > AWAY_MS) throw error;
      return ask();
    }
  };

  const begin = (catalog: CatalogId): Reads => {
    const missing = new Set<string>();
    let isCutOff = performance.now() < awayUntilMs;

    const attempt = async <T>(name: string, ask: () => Promise<T>, last: () => T): Promise<T> => {
      if (!isCutOff) {
        try {
          return await within(DEADLINE_MS, read(ask));
        } catch (error) {
          if (!(error instanceof TooLate) && !isAway(error)) throw error;
          if (!isCutOff) log.warn({ err: error, name }, 'the store is away: answered from what was last read');
          isCutOff = true;
          awayUntilMs = performance.now() + AWAY_MS;
        }
      }
      missing.add(name);
      return last();
    };

    const view: Promise<ItemView | undefined> = attempt(
      'items',
      () => items.view(catalog),
      () => undefined,
    );
    // Whoever reads rows is told; a request that fails before it does must not leave a rejection behind.
    view.catch(() => {});
    return {
      history: (user, hasSeen) =>
        attempt(
          'history',
          async () => {
            const startMs = performance.now();
            const history = await histories.history(catalog, user, { countMax: HISTORY_MAX, hasSeen });
            const key = keyOf(catalog, user);
            const seen = users.peek(key)?.seen ?? new Map<ItemId, boolean>();
            if (history.length === 0) users.delete(key);
            else if (!isForgottenSince(key, startMs)) users.set(key, { history, seen });
            return history;
          },
          () => users.get(keyOf(catalog, user))?.history ?? [],
        ),
      seen: (user, asked) =>
        attempt(
          'seen',
          async () => {
            const startMs = performance.now();
            const found = await histories.seen(catalog, user, asked);
            const key = keyOf(catalog, user);
            const known = users.peek(key)?.seen;
            if (known !== undefined && !isForgottenSince(key, startMs)) {
              if (known.size > KEPT_SEEN_MAX) known.clear();
              for (const { item, isHidden } of found) known.set(item, isHidden);
            }
            return found;
          },
          () => lastSeen(users.get(keyOf(catalog, user)), asked),
        ),
      rows: async (space, wanted) => {
        const current = await view;
        const last = (): ReadonlyMap<ItemId, ItemRow> => items.kept(catalog, space, wanted);
        return current === undefined ? last() : attempt('items', () => current.rows(space, wanted), last);
      },
      page: (after, countMax) =>
        attempt(
          'items',
          () => items.page(catalog, after, countMax),
          () => [],
        ),
      vectors: (space, wanted) =>
        attempt(
          'embeddings',
          () => embeddings.vectors(catalog, space, wanted),
          () => embeddings.kept(catalog, space, wanted),
        ),
      get missing() {
        return [...missing];
      },
    };
  };

  return {
    begin,
    forget: (catalog, hash) => {
      const key = keyOfHash(catalog, hash);
      users.delete(key);
      forgottenMs.set(key, performance.now());
    },
    forgetAll: () => {
      users.clear();
      allForgottenMs = performance.now();
    },
  };
}

/** By what is left of a user: hides that were taken back are not in the history. */
function lastSeen(known: LastKnown | undefined, asked: readonly ItemId[]): readonly SeenItem[] {
  if (known === undefined) return [];
  const hidden = new Set(known.history.filter(({ type }) => type === 'hide').map(({ item }) => item));
  const engaged = new Set(known.history.map(({ item }) => item));
  return asked
    .filter((item) => engaged.has(item) || known.seen.has(item))
    .map((item) => ({ item, isHidden: hidden.has(item) || known.seen.get(item) === true }));
}

class TooLate extends Error {}

/** Without an `AbortController`: the error that it makes for each timer it ends costs more than the rest. */
async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLate(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
