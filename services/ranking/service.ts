import { encodeToken } from '@kindred/shared/api/write-token';
import type { Filter, ItemFields } from '@kindred/shared/catalog';
import type { Embedder } from '@kindred/shared/embedding/embedder';
import type { Event } from '@kindred/shared/event';
import type { EventLog } from '@kindred/shared/event-log/event-log';
import { filterFieldsOf, predicateOf } from '@kindred/shared/filter';
import type { CatalogId, ItemId, SpaceId, UserId } from '@kindred/shared/id';
import type { Neighbor, NeighborSource, NeighborTarget } from '@kindred/shared/neighbor';
import { Problem } from '@kindred/shared/problem';
import { firstPlaceHeaders } from './events/event-message.ts';
import { createWriteWaiter, type Reflected } from './events/read-your-writes.ts';
import type { DeadLetter, DeadLetters, EventStore, UserEvent } from './ports.ts';
import type { Interest } from './profile/interest.ts';
import type { Reader, Reads } from './reads/reader.ts';
import type { Recommender } from './recommend/pipeline.ts';
import type { RecommendRequest, Slate } from './recommend/slate.ts';

export interface RankingOptions {
  readonly eventLog: EventLog;
  readonly events: EventStore;
  readonly deadLetters: DeadLetters;
  readonly reader: Reader;
  readonly neighbors: NeighborSource;
  readonly recommender: Recommender;
  /** The query embedder of a space; `undefined` where its model is not known here. */
  readonly queryEmbedderOf: (space: SpaceId) => Embedder | undefined;
}

export interface NeighborItem extends Neighbor {
  readonly details?: ItemFields & { readonly id: ItemId };
}

export interface NeighborList {
  readonly items: readonly NeighborItem[];
  /** Names of what was not read anew; empty when the answer is whole. */
  readonly degraded: readonly string[];
}

export interface NeighborRequest {
  readonly limit: number;
  readonly filter: Filter | undefined;
  readonly expand: boolean;
  readonly after: string | undefined;
}

export interface Ranking {
  /** @returns The token of the write. */
  acceptEvents(catalog: CatalogId, events: readonly Event[], requestId: string): Promise<string>;
  recommend(catalog: CatalogId, request: RecommendRequest, after: string | undefined): Promise<Slate>;
  similar(catalog: CatalogId, item: ItemId, request: NeighborRequest): Promise<NeighborList>;
  search(catalog: CatalogId, text: string, request: NeighborRequest): Promise<NeighborList>;
  user(
    catalog: CatalogId,
    user: UserId,
    after: string | undefined,
  ): Promise<{ readonly interests: readonly Interest[]; readonly events: readonly UserEvent[] }>;
  /** @returns How many events were deleted. */
  eraseUser(catalog: CatalogId, user: UserId): Promise<number>;
  deadLetters(): Promise<readonly DeadLetter[]>;
  /** Puts the messages of all dead letters into the log again. @returns How many. */
  retryDeadLetters(requestId: string): Promise<number>;
  requireCatalog(catalog: CatalogId): Promise<void>;
  /** Lets waiting reads look again, now that something was applied. */
  applied(): void;
}

const LATEST_EVENTS_MAX = 100;
const RETRIED_AT_ONCE = 500;
/** No event is so large: what is stays a dead letter. */
const RETRIED_BYTES_MAX = 512 * 1024;
/** Asked for beyond the limit, for items that were deleted since the index saw them. */
const SPARE_NEIGHBORS = 10;
/** How often a search follows a change of the serving space. */
const SPACE_ATTEMPTS = 3;

export function createRanking(options: RankingOptions): Ranking {
  const { eventLog, events, deadLetters, reader, neighbors, recommender, queryEmbedderOf } = options;
  const writes = createWriteWaiter(events, neighbors);

  // Catalogs are made and never deleted, so one that was seen is there.
  const known = new Set<CatalogId>();
  const requireCatalog = async (catalog: CatalogId): Promise<void> => {
    if (known.has(catalog)) return;
    if (!(await events.existing([catalog])).has(catalog)) {
      throw new Problem('catalog-not-found', `there is no catalog ${catalog}`);
    }
    known.add(catalog);
  };

  /**
   * Neighbors that exist at this moment; asks deeper until there are enough or no more. While the store is away, an item
   * that is not in memory is taken to be as the index knows it.
   */
  const existing = async (
    catalog: CatalogId,
    target: NeighborTarget,
    { limit, filter, expand }: NeighborRequest,
    { reads, reflected }: { readonly reads: Reads; readonly reflected: Reflected | undefined },
  ): Promise<{ readonly space: SpaceId | undefined; readonly items: readonly NeighborItem[] }> => {
    const passes = predicateOf(filter ?? {});
    for (let k = limit + SPARE_NEIGHBORS; ; k *= 4) {
      const query = { target, k: Math.min(k, 1_000), ...(filter && { filter }) };
      const answer = await neighbors.neighbors(catalog, [query], reflected?.position);
      const found = answer.neighbors[0] ?? [];
      const rows = await reads.rows(
        answer.space,
        found.map(({ item }) => item),
      );
      const isWhole = reads.missing.length === 0;
      const live = found.flatMap((neighbor): NeighborItem[] => {
        const row = rows.get(neighbor.item);
        if (row === undefined) return isWhole ? [] : [neighbor];
        if (!(filter === undefined ? row.available : passes(filterFieldsOf(row.fields)))) return [];
        const createdAt = new Date(row.createdAtMs).toISOString();
        return [
          { ...neighbor, ...(expand && { details: { id: row.item, available: true, ...row.fields, createdAt } }) },
        ];
      });
      if (live.length >= limit || found.length < k || k >= 1_000) {
        return { space: answer.space, items: live.slice(0, limit) };
      }
    }
  };

  return {
    acceptEvents: async (catalog, given, requestId) => {
      const messages = given.map((event) => ({
        catalog,
        user: event.user,
        value: Buffer.from(JSON.stringify({ catalog, ...event })),
        headers: { 'request-id': requestId },
      }));
      const positions = await eventLog.append(messages).catch(logAway);
      const offsets: Record<string, number> = {};
      for (const { partition, offset } of positions) offsets[partition] = Math.max(offsets[partition] ?? 0, offset);
      return encodeToken({ log: eventLog.name, offsets });
    },

    recommend: async (catalog, request, after) => {
      await requireCatalog(catalog);
      return recommender.recommend(catalog, request, await writes.reflected(catalog, after));
    },

    similar: async (catalog, item, request) => {
      await requireCatalog(catalog);
      const reflected = await writes.reflected(catalog, request.after);
      const reads = reader.begin(catalog);
      // Both at once: an item that is not there is the rarer case.
      const [rows, found] = await Promise.all([
        reads.rows(undefined, [item]),
        existing(catalog, { item }, request, { reads, reflected }),
      ]);
      if (rows.size === 0 && reads.missing.length === 0)
        throw new Problem('item-not-found', `there is no item ${item} in ${catalog}`);
      return { items: found.items, degraded: reads.missing };
    },

    search: async (catalog, text, request) => {
      await requireCatalog(catalog);
      const reflected = await writes.reflected(catalog, request.after);
      let { space } = await neighbors.neighbors(catalog, [], reflected?.position);
      for (let attempt = 0; space !== undefined && attempt < SPACE_ATTEMPTS; attempt++) {
        const embedder = queryEmbedderOf(space);
        if (embedder === undefined)
          throw new Problem('unavailable', `the model of the space ${space} is not known here`);
        const vector = await embedder.embed(text, 'query');
        const reads = reader.begin(catalog);
        const found = await existing(catalog, { vector, space }, request, { reads, reflected });
        if (found.space === space) return { items: found.items, degraded: reads.missing };
        // Another model took over meanwhile: the text is embedded by that one.
        space = found.space;
      }
      return { items: [], degraded: [] };
    },

    user: async (catalog, user, after) => {
      await requireCatalog(catalog);
      await writes.reflected(catalog, after);
      return {
        interests: await recommender.interests(catalog, user, Date.now()),
        events: await events.latest(catalog, user, LATEST_EVENTS_MAX),
      };
    },

    eraseUser: async (catalog, user) => {
      await requireCatalog(catalog);
      const deleted = await events.erase(catalog, user, eventLog.name, await eventLog.ends().catch(logAway));
      await eventLog.erase(catalog, user);
      reader.forget(catalog, user);
      return deleted;
    },

    deadLetters: () => deadLetters.list(eventLog.name).catch(logAway),

    retryDeadLetters: async (requestId) => {
      const letters = (await deadLetters.list(eventLog.name).catch(logAway)).filter(
        ({ value }) => value.length <= RETRIED_BYTES_MAX,
      );
      for (let start = 0; start < letters.length; start += RETRIED_AT_ONCE) {
        const some = letters.slice(start, start + RETRIED_AT_ONCE);
        const messages = some.map((letter) => ({
          catalog: letter.catalog as CatalogId,
          user: letter.user as UserId,
          value: letter.value,
          headers: { 'request-id': requestId, ...firstPlaceHeaders(letter) },
        }));
        // Marked once they are in the log: after a crash between, they are retried twice, which event ids make harmless.
        await eventLog.append(messages).catch(logAway);
        await deadLetters.markRetried(eventLog.name, some).catch(logAway);
      }
      return letters.length;
    },

    requireCatalog,

    applied: writes.applied,
  };
}

function logAway(cause: unknown): never {
  throw cause instanceof Problem ? cause : new Problem('unavailable', 'the event log is away', { cause });
}
