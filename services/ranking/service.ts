import type { Filter, ItemFields } from '@kindred/shared/catalog';
import type { Embedder } from '@kindred/shared/embedding/embedder';
import type { Event } from '@kindred/shared/event';
import type { EventLog } from '@kindred/shared/event-log/event-log';
import { cardOf, predicateOf } from '@kindred/shared/filter';
import { encodeToken } from '@kindred/shared/http/token';
import type { CatalogId, ItemId, SpaceId, UserId } from '@kindred/shared/id';
import type { Neighbor, NeighborSource, NeighborTarget } from '@kindred/shared/neighbor';
import { Problem } from '@kindred/shared/problem';
import type { Interest } from './domain/interest.ts';
import type { EventStore, ItemReader, ItemView, UserEvent } from './ports.ts';
import type { Recommender } from './recommend.ts';
import type { RecommendRequest, Slate } from './slate.ts';
import { createWriteWaiter } from './write-waiter.ts';

export interface RankingOptions {
  readonly eventLog: EventLog;
  readonly events: EventStore;
  readonly items: ItemReader;
  readonly neighbors: NeighborSource;
  readonly recommender: Recommender;
  /** The query embedder of a space; `undefined` where its model is not known here. */
  readonly queryEmbedderOf: (space: SpaceId) => Embedder | undefined;
}

export interface NeighborItem extends Neighbor {
  readonly details?: ItemFields & { readonly id: ItemId };
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
  similar(catalog: CatalogId, item: ItemId, request: NeighborRequest): Promise<readonly NeighborItem[]>;
  search(catalog: CatalogId, text: string, request: NeighborRequest): Promise<readonly NeighborItem[]>;
  user(
    catalog: CatalogId,
    user: UserId,
    after: string | undefined,
  ): Promise<{ readonly interests: readonly Interest[]; readonly events: readonly UserEvent[] }>;
  /** @returns How many events were deleted. */
  eraseUser(catalog: CatalogId, user: UserId): Promise<number>;
  requireCatalog(catalog: CatalogId): Promise<void>;
  /** Lets waiting reads look again, now that something was applied. */
  applied(): void;
}

const LATEST_EVENTS_MAX = 100;
/** Asked for beyond the limit, for items that were deleted since the index saw them. */
const SPARE_NEIGHBORS = 10;
/** How often a search follows a change of the serving space. */
const SPACE_ATTEMPTS = 3;

export function createRanking(options: RankingOptions): Ranking {
  const { eventLog, events, items, neighbors, recommender, queryEmbedderOf } = options;
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

  /** Neighbors that exist at this moment; asks deeper until there are enough or no more. */
  const existing = async (
    catalog: CatalogId,
    target: NeighborTarget,
    { limit, filter, expand }: NeighborRequest,
    view: ItemView,
  ): Promise<{ readonly space: SpaceId | undefined; readonly items: readonly NeighborItem[] }> => {
    const passes = predicateOf(filter ?? {});
    for (let k = limit + SPARE_NEIGHBORS; ; k *= 4) {
      const query = { target, k: Math.min(k, 1_000), ...(filter && { filter }) };
      const answer = await neighbors.neighbors(catalog, [query]);
      const found = answer.neighbors[0] ?? [];
      const rows = await view.rows(
        answer.space,
        found.map(({ item }) => item),
      );
      const live = found.flatMap((neighbor): NeighborItem[] => {
        const row = rows.get(neighbor.item);
        if (row === undefined || !(filter === undefined ? row.available : passes(cardOf(row.fields)))) return [];
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
      const positions = await eventLog.append(
        given.map((event) => ({
          catalog,
          user: event.user,
          value: Buffer.from(JSON.stringify({ catalog, ...event })),
          headers: { 'request-id': requestId },
        })),
      );
      const offsets: Record<string, number> = {};
      for (const { partition, offset } of positions) offsets[partition] = Math.max(offsets[partition] ?? 0, offset);
      return encodeToken({ log: eventLog.name, offsets });
    },

    recommend: async (catalog, request, after) => {
      await requireCatalog(catalog);
      await writes.reflected(catalog, after);
      return recommender.recommend(catalog, request, after !== undefined);
    },

    similar: async (catalog, item, request) => {
      await requireCatalog(catalog);
      await writes.reflected(catalog, request.after);
      const view = await items.view(catalog);
      // Both at once: an item that is not there is the rarer case.
      const [rows, found] = await Promise.all([
        view.rows(undefined, [item]),
        existing(catalog, { item }, request, view),
      ]);
      if (rows.size === 0) throw new Problem('item-not-found', `there is no item ${item} in ${catalog}`);
      return found.items;
    },

    search: async (catalog, text, request) => {
      await requireCatalog(catalog);
      await writes.reflected(catalog, request.after);
      let { space } = await neighbors.neighbors(catalog, []);
      for (let attempt = 0; space !== undefined && attempt < SPACE_ATTEMPTS; attempt++) {
        const embedder = queryEmbedderOf(space);
        if (embedder === undefined)
          throw new Problem('unavailable', `the model of the space ${space} is not known here`);
        const vector = await embedder.embed(text, 'query');
        const found = await existing(catalog, { vector, space }, request, await items.view(catalog));
        if (found.space === space) return found.items;
        // Another model took over meanwhile: the text is embedded by that one.
        space = found.space;
      }
      return [];
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
      const deleted = await events.erase(catalog, user, eventLog.name, await eventLog.ends());
      await eventLog.erase(catalog, user);
      return deleted;
    },

    requireCatalog,

    applied: writes.applied,
  };
}
