import { createHash } from 'node:crypto';
import type { CatalogId, ItemId } from '@kindred/shared/id';
import type { NeighborSource } from '@kindred/shared/neighbor';
import type { Log } from '@kindred/shared/platform/log';
import { LRUCache } from 'lru-cache';
import type { CatalogState } from '../catalog-state/catalog-states.ts';
import { type ColdStart, type Donor, donorsOf, NO_COLD_START } from './donors.ts';
import type { TrainedCatalog } from './trained-scores.ts';

export interface ColdStartOptions {
  readonly neighbors: NeighborSource;
  readonly log: Log;
}

/** Of the newest items; older ones have been trained on, or wait for that. */
const COLD_START_MAX = 200;
const NEIGHBORS_ASKED = 50;
/** They are looked for again at most this often. */
const LOOK_MS = 1_000;
const CATALOGS_MAX = 1_000;

interface Entry {
  coldStart: ColdStart;
  /** What they were looked up for. */
  key: string;
  lookedAtMs: number;
  isLooking: boolean;
}

/**
 * Knows the items that are newer than a catalog's artifact by those that it knows and that are most like them, so that
 * they are recommended from their first second on. Looked up behind the requests.
 */
export function createColdStart({
  neighbors,
  log,
}: ColdStartOptions): (catalog: CatalogId, state: CatalogState) => ColdStart {
  const entries = new LRUCache<CatalogId, Entry>({ max: CATALOGS_MAX });

  const look = async (catalog: CatalogId, trained: TrainedCatalog, items: readonly ItemId[]): Promise<ColdStart> => {
    const queries = items.map((item) => ({ target: { item }, k: NEIGHBORS_ASKED }));
    const answer = await neighbors.neighbors(catalog, queries);
    const donors = new Map<ItemId, readonly Donor[]>();
    for (const [place, item] of items.entries()) {
      const own = donorsOf(trained, answer.neighbors[place] ?? []);
      if (own.length > 0) donors.set(item, own);
    }
    const version = createHash('sha256')
      .update(JSON.stringify([trained.version, ...donors]))
      .digest('base64url')
      .slice(0, 12);
    return { version, donors };
  };

  return (catalog, { trained, nonPersonalized, itemsChange }) => {
    if (trained === undefined) return NO_COLD_START;
    const entry: Entry = entries.get(catalog) ?? {
      ...{ coldStart: NO_COLD_START, key: '', lookedAtMs: 0, isLooking: false },
    };
    entries.set(catalog, entry);
    const nowMs = performance.now();
    const key = `${trained.version} ${itemsChange}`;
    if (!entry.isLooking && entry.key !== key && nowMs - entry.lookedAtMs > LOOK_MS) {
      const items = nonPersonalized.latest
        .slice(0, COLD_START_MAX)
        .flatMap(({ item }) => (trained.numbers.has(item) ? [] : [item]));
      entry.lookedAtMs = nowMs;
      if (items.length === 0) Object.assign(entry, { coldStart: NO_COLD_START, key });
      else {
        entry.isLooking = true;
        look(catalog, trained, items)
          .then((coldStart) => Object.assign(entry, { coldStart, key }))
          .catch((error) => log.warn({ err: error, catalog }, 'new items were not looked up'))
          .finally(() => {
            entry.isLooking = false;
          });
      }
    }
    return entry.coldStart;
  };
}
