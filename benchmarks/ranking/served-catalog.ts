import { setTimeout as sleep } from 'node:timers/promises';
import type { Ranking } from '@kindred/ranking/ranking';
import type { Recommendation, Slate } from '@kindred/ranking/recommend/slate';
import type { Filter, Item } from '@kindred/shared/catalog';
import { type ItemId, type UserId, userIdSchema } from '@kindred/shared/id';
import { RANKED_MAX } from '@kindred/shared/model/ranking-metrics';
import type { MatrixProduct } from '@kindred/trainer/matrix/matrix-product';
import type { BenchConfig } from '../config.ts';
import type { PreparedCatalog } from '../engine/prepared-catalog.ts';
import { startBenchEngine } from '../engine/with-engine.ts';
import type { EvaluatedUser, Scope } from './protocol.ts';
import { serveVersion, type TrainingRun, trainPrepared } from './training-run.ts';

/** A prepared catalog that the product serves, one engine at a time. */
export interface ServedCatalog {
  /** Trains it on what it holds, once. `undefined` where there is nothing to train on. */
  trained(): Promise<TrainingRun | undefined>;
  /**
   * Starts the engine and waits until the catalog's whole state is built.
   * @throws Error when it is not within half an hour.
   */
  serve(version: number | undefined): Promise<Serving>;
}

/** The ranking as it is served. Every slate must be whole. */
interface Serving {
  /** Best first. */
  rank(user: EvaluatedUser, scope: Scope): Promise<readonly ItemId[]>;
  /** The best of a user by relevance alone, scores falling. */
  best(user: UserId, count: number): Promise<readonly Recommendation[]>;
  /** Versions that ranked for the first user, as the slate names them, and the number of states so far: 1 while nothing changes. */
  versions(): { readonly ranked: Readonly<Record<string, string>>; readonly count: number };
  close(): Promise<void>;
}

export interface ServedOptions {
  readonly config: BenchConfig;
  readonly prepared: PreparedCatalog;
  readonly multiply: MatrixProduct;
  readonly seed: number;
}

const SETTLE_TIMEOUT_MS = 30 * 60_000;
/** Time for which nothing may be missing or change. */
const SETTLED_LOOKS = 5;
const LOOK_MS = 1_000;
const PROBE = userIdSchema.parse('nobody');

/** An attribute that no item has by itself. */
const NEW_ITEM_MARK = 'kindred-new';

/** Marks an item for the filters of the new-item protocol; its text stays as it is. */
export function markedItem(item: Item, isNew: boolean): Item {
  return { ...item, attributes: { ...item.attributes, [NEW_ITEM_MARK]: isNew } };
}

const FILTERS: Readonly<Record<Scope, Filter | undefined>> = {
  all: undefined,
  new: { attributes: { [NEW_ITEM_MARK]: { in: [true] } } },
  known: { attributes: { [NEW_ITEM_MARK]: { in: [false] } } },
};

export function servedCatalog(options: ServedOptions): ServedCatalog {
  const { config, prepared, multiply } = options;
  const { folder, catalog } = prepared;
  let training: Promise<TrainingRun | undefined> | undefined;
  return {
    trained: () => {
      training ??= trainPrepared(folder, catalog, multiply);
      return training;
    },
    serve: async (version) => {
      if (version !== undefined) await serveVersion(folder, catalog, version);
      const { ranking, stop } = await startBenchEngine(config, folder);
      const slateOf = (user: UserId, scope: Scope): Promise<Slate> =>
        slate(ranking, options, user, { scope, diversity: undefined, limit: RANKED_MAX });
      await settled(() => slateOf(PROBE, 'all'), version).catch(async (error) => {
        await stop();
        throw error;
      });
      let ranked: Slate['versions'] = {};
      const states = new Set<string>();
      return {
        rank: async ({ user }, scope) => {
          const { items, degraded, versions } = await slateOf(user, scope);
          if (degraded.length > 0) throw new Error(`the slate of ${user} lacks ${degraded.join(', ')}`);
          if (states.size === 0) ranked = ofCatalog(versions);
          states.add(versions.state ?? '');
          return items.map(({ item }) => item);
        },
        best: async (user, count) => {
          const { items, degraded } = await slate(ranking, options, user, { scope: 'all', diversity: 0, limit: count });
          if (degraded.length > 0) throw new Error(`the slate of ${user} lacks ${degraded.join(', ')}`);
          return items;
        },
        versions: () => ({ ranked, count: states.size }),
        close: stop,
      };
    },
  };
}

function slate(
  ranking: Ranking,
  { prepared, seed }: ServedOptions,
  user: UserId,
  {
    scope,
    diversity,
    limit,
  }: { readonly scope: Scope; readonly diversity: number | undefined; readonly limit: number },
): Promise<Slate> {
  const request = {
    user,
    limit,
    exclude: [],
    filter: FILTERS[scope],
    diversity,
    includeSeen: false,
    explain: false,
    expand: false,
    atMs: prepared.startMs,
    seed,
  };
  return ranking.recommendations.recommend(prepared.catalog, request, undefined);
}

/** Without what was read for one user. */
function ofCatalog({ read: _, ...versions }: Slate['versions']): Readonly<Record<string, string>> {
  return versions;
}

/** Waits until nothing was missing and nothing changed for a while, and the wanted artifact ranks. */
async function settled(look: () => Promise<Slate>, version: number | undefined): Promise<void> {
  let looks = 0;
  let missing: readonly string[] = [];
  let before = '';
  for (const deadline = Date.now() + SETTLE_TIMEOUT_MS; Date.now() < deadline; await sleep(LOOK_MS)) {
    const { versions, degraded } = await look();
    const isTrained = version === undefined || versions.state?.includes(`.artifact-${version}.`) === true;
    missing = isTrained ? degraded : [...degraded, `version ${version} of what was trained`];
    const now = JSON.stringify(ofCatalog(versions));
    looks = missing.length === 0 && now === before ? looks + 1 : 0;
    before = now;
    if (looks >= SETTLED_LOOKS) return;
  }
  throw new Error(
    `after half an hour the catalog ${missing.length === 0 ? 'still changes' : `still lacks ${missing.join(', ')}`}`,
  );
}
