import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import { NON_PERSONALIZED_MAX } from '@kindred/shared/model/ranking-features';
import type { Database } from '@kindred/shared/platform/database';
import type { Log } from '@kindred/shared/platform/log';
import { LRUCache } from 'lru-cache';
import type { CatalogState, CatalogStates } from '../catalog-state/catalog-states.ts';
import type { ListedItem, NonPersonalized } from '../sources/non-personalized.ts';
import type { CatalogBuilder } from './catalog-builder.ts';

export interface CatalogStatesOptions {
  readonly database: Database;
  readonly builder: CatalogBuilder;
  readonly log: Log;
}

/** A state older than this is looked at again by the next request, which is still answered from it. */
const FRESH_MS = 1_000;
/** A pass over a catalog is repeated at most this often, and takes at most a twentieth of the builder's time. */
const REBUILD_MS = 1_000;
const REBUILD_PAUSE_FACTOR = 20;
/** The first request of a catalog waits so long for the passes, then goes on without. */
const FIRST_BUILD_MS = 3_000;
/** A catalog nobody asked for so long is forgotten, with what erased users left in it. */
const FORGET_MS = 3_600_000;
const CATALOGS_MAX = 10_000;

interface Marks {
  readonly events: number;
  readonly items: number;
  /** The version of the artifact that should rank; `null` without one. */
  readonly artifact: number | null;
}

interface Entry {
  state: CatalogState;
  /** What the state was read from: unchanged means that it still holds. */
  marks: Marks;
  lookedAtMs: number;
  refreshing: Promise<void> | undefined;
  graph: { readonly events: number; readonly builtAtMs: number; readonly tookMs: number } | undefined;
  mean:
    | { readonly items: number; readonly space: SpaceId; readonly builtAtMs: number; readonly tookMs: number }
    | undefined;
  /** The artifact that was loaded last, or could not be: a damaged one is not tried again and again. */
  trained: number | undefined;
  building: Promise<void> | undefined;
}

/**
 * States are kept for the catalogs that are asked for, and refreshed behind the requests: nonPersonalized and the serving space
 * within a second, what needs a pass over the catalog within some seconds, by its size. A catalog nobody asks for costs nothing.
 */
export function postgresCatalogStates({ database, builder, log }: CatalogStatesOptions): CatalogStates {
  const entries = new LRUCache<CatalogId, Promise<Entry | undefined>>({
    max: CATALOGS_MAX,
    ttl: FORGET_MS,
    updateAgeOnGet: true,
    ttlAutopurge: true,
  });

  const refresh = async (catalog: CatalogId, entry: Entry): Promise<void> => {
    const marks = await marksOf(database, catalog);
    if (marks.events !== entry.marks.events || marks.items !== entry.marks.items) {
      replace(entry, await readNonPersonalized(database, catalog), marks);
    }
    entry.marks = marks;
    entry.building ??= rebuild(catalog, entry)
      .catch((error) => log.warn({ err: error, catalog }, 'pass over the catalog failed'))
      .finally(() => {
        entry.building = undefined;
      });
  };

  const rebuild = async (catalog: CatalogId, entry: Entry): Promise<void> => {
    const { marks } = entry;
    const { space } = entry.state;
    if (marks.artifact === null && entry.trained !== undefined) {
      // All versions were withdrawn: whom they were trained on is no longer there.
      entry.trained = undefined;
      replace(entry, { trained: undefined }, entry.marks);
    }
    if (marks.artifact !== null && marks.artifact !== entry.trained) {
      entry.trained = marks.artifact;
      // One that cannot be read leaves the last good one to rank.
      const trained = await builder.trained(catalog, marks.artifact);
      replace(entry, { trained }, entry.marks);
    }
    const isDue = (built: { builtAtMs: number; tookMs: number } | undefined): boolean =>
      built === undefined || Date.now() - built.builtAtMs > Math.max(REBUILD_MS, REBUILD_PAUSE_FACTOR * built.tookMs);
    if (space !== undefined && isDue(entry.mean) && (entry.mean?.items !== marks.items || entry.mean.space !== space)) {
      const startMs = Date.now();
      const vector = await builder.mean(catalog, space);
      entry.mean = { items: marks.items, space, builtAtMs: Date.now(), tookMs: Date.now() - startMs };
      replace(entry, { mean: vector && { vector, version: `${space}-${marks.items}` } }, entry.marks);
    }
    if (isDue(entry.graph) && entry.graph?.events !== marks.events) {
      const startMs = Date.now();
      const graph = await builder.graph(catalog);
      entry.graph = { events: marks.events, builtAtMs: Date.now(), tookMs: Date.now() - startMs };
      replace(entry, { graph }, entry.marks);
    }
  };

  const first = async (catalog: CatalogId): Promise<Entry | undefined> => {
    const { rowCount } = await database.query('SELECT FROM catalogs WHERE catalog = $1', [catalog]);
    if (rowCount === 0) {
      entries.delete(catalog);
      return undefined;
    }
    const entry: Entry = {
      state: {
        space: undefined,
        nonPersonalized: { trending: [], popular: [], latest: [] },
        graph: undefined,
        trained: undefined,
        mean: undefined,
        itemsChange: -1,
        missing: ['co-engagement', 'mean'],
        version: '',
      },
      marks: { events: -1, items: -1, artifact: null },
      lookedAtMs: 0,
      refreshing: undefined,
      graph: undefined,
      mean: undefined,
      trained: undefined,
      building: undefined,
    };
    await refresh(catalog, entry);
    await Promise.race([entry.building, new Promise((resolve) => setTimeout(resolve, FIRST_BUILD_MS).unref())]);
    return entry;
  };

  const renew = (catalog: CatalogId, entry: Entry): Promise<void> => {
    entry.refreshing ??= refresh(catalog, entry).finally(() => {
      // After a failure too: a database that is away is not asked by every request.
      entry.lookedAtMs = Date.now();
      entry.refreshing = undefined;
    });
    return entry.refreshing;
  };

  return {
    async of(catalog, isFresh) {
      let promise = entries.get(catalog);
      if (promise === undefined) {
        promise = first(catalog).catch((error) => {
          entries.delete(catalog);
          throw error;
        });
        entries.set(catalog, promise);
      }
      const entry = await promise;
      if (entry === undefined) return undefined;
      if (isFresh) {
        // A look that is under way may have begun before what must be seen.
        await entry.refreshing?.catch(() => {});
        await renew(catalog, entry);
      } else if (Date.now() - entry.lookedAtMs > FRESH_MS && entry.refreshing === undefined) {
        renew(catalog, entry).catch((error) => log.warn({ err: error, catalog }, 'catalog state not refreshed'));
      }
      return entry.state;
    },
    stop: () => {
      entries.clear();
      return builder.stop();
    },
  };
}

function replace(entry: Entry, parts: Partial<CatalogState>, marks: Marks): void {
  const { graph, mean } = entry;
  entry.marks = marks;
  entry.state = {
    ...entry.state,
    ...parts,
    itemsChange: marks.items,
    missing: [...(graph === undefined ? ['co-engagement'] : []), ...(mean === undefined ? ['mean'] : [])],
    version: `events-${marks.events}.items-${marks.items}.graph-${graph?.events ?? 'none'}.mean-${mean?.items ?? 'none'}.artifact-${('trained' in parts ? parts.trained : entry.state.trained)?.version ?? 'none'}`,
  };
}

async function marksOf(database: Database, catalog: CatalogId): Promise<Marks> {
  const { rows } = await database.query<Marks>({
    name: 'catalog-marks',
    text: `SELECT greatest((SELECT max(change) FROM events WHERE catalog = $1), (SELECT max(change) FROM erasures WHERE catalog = $1), 0) AS events,
             greatest((SELECT max(change) FROM items WHERE catalog = $1), (SELECT max(change) FROM embeddings WHERE catalog = $1),
               (SELECT max(change) FROM spaces WHERE catalog = $1), 0) AS items,
             (SELECT version FROM serving_artifacts WHERE catalog = $1) AS artifact`,
    values: [catalog],
  });
  return rows[0]!;
}

async function readNonPersonalized(
  database: Database,
  catalog: CatalogId,
): Promise<{ nonPersonalized: NonPersonalized; space: SpaceId | undefined }> {
  const byRank = (rank: string): Promise<{ rows: ListedItem[] }> =>
    database.query<ListedItem>({
      name: `non-personalized-${rank}`,
      text: `SELECT item_id AS item, ${rank} AS score FROM item_counters
             WHERE catalog = $1 AND ${rank} IS NOT NULL ORDER BY ${rank} DESC, item_id LIMIT ${NON_PERSONALIZED_MAX}`,
      values: [catalog],
    });
  const [trending, popular, latest, serving] = await Promise.all([
    byRank('short_rank'),
    byRank('long_rank'),
    database.query<{ item: ItemId; score: number }>({
      name: 'non-personalized-latest',
      text: `SELECT item_id AS item, created_at_ms AS score FROM items
             WHERE catalog = $1 AND fields IS NOT NULL AND coalesce((fields->>'available')::boolean, true)
             ORDER BY created_at_ms DESC, item_id LIMIT ${NON_PERSONALIZED_MAX}`,
      values: [catalog],
    }),
    database.query<{ space: SpaceId }>({
      name: 'serving-space',
      text: `SELECT space FROM spaces WHERE catalog = $1 AND state = 'serving'`,
      values: [catalog],
    }),
  ]);
  return {
    nonPersonalized: { trending: trending.rows, popular: popular.rows, latest: latest.rows },
    space: serving.rows[0]?.space,
  };
}
