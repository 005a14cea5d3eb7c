import { createHash } from 'node:crypto';
import type { CatalogId, ItemId } from '@kindred/shared/id';
import type { NeighborSource } from '@kindred/shared/neighbor';
import type { Log } from '@kindred/shared/platform/log';
import { LRUCache } from 'lru-cache';
import { type Lender, lendersOf, type Newcomers, NO_NEWCOMERS } from './domain/newcomers.ts';
import type { TrainedCatalog } from './domain/trained-scores.ts';
import type { CatalogState } from './ports.ts';

export interface NewcomerOptions {
  readonly neighbors: NeighborSource;
  readonly log: Log;
}

/** Of the newest items; older ones have been trained on, or wait for that. */
const NEWCOMERS_MAX = 200;
const NEIGHBORS_ASKED = 50;
/** They are looked for again at most this often. */
const LOOK_MS = 1_000;
const CATALOGS_MAX = 1_000;

interface Entry {
  newcomers: Newcomers;
  /** What they were looked up for. */
  key: string;
  lookedAtMs: number;
  isLooking: boolean;
}

/**
 * Knows the items that are newer than a catalog's artefact by those that it knows and that are most like them, so that
 * they are recommended from their first second on. Looked up behind the requests.
 */
export function createNewcomers({
  neighbors,
  log,
}: NewcomerOptions): (catalog: CatalogId, state: CatalogState) => Newcomers {
  const entries = new LRUCache<CatalogId, Entry>({ max: CATALOGS_MAX });

  const look = async (catalog: CatalogId, trained: TrainedCatalog, items: readonly ItemId[]): Promise<Newcomers> => {
    const queries = items.map((item) => ({ target: { item }, k: NEIGHBORS_ASKED }));
    const answer = await neighbors.neighbors(catalog, queries);
    const lenders = new Map<ItemId, readonly Lender[]>();
    for (const [place, item] of items.entries()) {
      const own = lendersOf(trained, answer.neighbors[place] ?? []);
      if (own.length > 0) lenders.set(item, own);
    }
    const version = createHash('sha256')
      .update(JSON.stringify([trained.version, ...lenders]))
      .digest('base64url')
      .slice(0, 12);
    return { version, lenders };
  };

  return (catalog, { trained, leaders, itemsChange }) => {
    if (trained === undefined) return NO_NEWCOMERS;
    const entry: Entry = entries.get(catalog) ?? {
      ...{ newcomers: NO_NEWCOMERS, key: '', lookedAtMs: 0, isLooking: false },
    };
    entries.set(catalog, entry);
    const nowMs = performance.now();
    const key = `${trained.version} ${itemsChange}`;
    if (!entry.isLooking && entry.key !== key && nowMs - entry.lookedAtMs > LOOK_MS) {
      const items = leaders.fresh
        .slice(0, NEWCOMERS_MAX)
        .flatMap(({ item }) => (trained.numbers.has(item) ? [] : [item]));
      entry.lookedAtMs = nowMs;
      if (items.length === 0) Object.assign(entry, { newcomers: NO_NEWCOMERS, key });
      else {
        entry.isLooking = true;
        look(catalog, trained, items)
          .then((newcomers) => Object.assign(entry, { newcomers, key }))
          .catch((error) => log.warn({ err: error, catalog }, 'new items were not looked up'))
          .finally(() => {
            entry.isLooking = false;
          });
      }
    }
    return entry.newcomers;
  };
}
