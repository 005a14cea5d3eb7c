import { sha256 } from '@kindred/shared/hash';
import type { CatalogId, ItemId } from '@kindred/shared/id';
import type { NeighborSource } from '@kindred/shared/neighbor';
import type { Log } from '@kindred/shared/platform/log';
import { LRUCache } from 'lru-cache';
import { type ColdStart, type Donor, donorsOf, NO_COLD_START } from '../sources/donors.ts';
import type { TrainedCatalog } from '../sources/trained-scores.ts';
import type { CatalogState } from './catalog-states.ts';

export interface ColdStartItemsOptions {
  readonly neighbors: NeighborSource;
  readonly log: Log;
  /** A monotonic time in milliseconds; by default `performance.now`. */
  readonly now?: () => number;
}

/** Newest items considered; older ones were trained on, or wait for that. */
const COLD_START_MAX = 200;
const NEIGHBORS_ASKED = 50;
/** Shortest time between two look-ups of one catalog. */
const LOOK_UP_MS = 1_000;
const CATALOGS_MAX = 1_000;
const VERSION_LENGTH = 12;

interface Entry {
  coldStart: ColdStart;
  /** Artifact that the donors are numbered by. */
  artifact: number | undefined;
  /** Artifact and items that it was looked up for. */
  key: string;
  lookedUpAtMs: number;
  isLookingUp: boolean;
}

/**
 * Knows the donors of the items that are newer than a catalog's artifact, so that they are recommended within seconds of
 * their arrival. Look-ups run behind the requests.
 */
export class ColdStartItems {
  readonly #neighbors: NeighborSource;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #entries = new LRUCache<CatalogId, Entry>({ max: CATALOGS_MAX });

  constructor({ neighbors, log, now = () => performance.now() }: ColdStartItemsOptions) {
    this.#neighbors = neighbors;
    this.#log = log;
    this.#now = now;
  }

  /** The cold-start items known now; starts a look-up if artifact or items have changed. */
  of(catalog: CatalogId, { trained, nonPersonalized, itemsChange }: CatalogState): ColdStart {
    if (trained === undefined) return NO_COLD_START;
    const entry = this.#entryOf(catalog);
    const key = `${trained.version} ${itemsChange}`;
    const nowMs = this.#now();
    // Another artifact numbers its items in its own way.
    const known = entry.artifact === trained.version ? entry.coldStart : NO_COLD_START;
    if (entry.isLookingUp || entry.key === key || nowMs - entry.lookedUpAtMs <= LOOK_UP_MS) return known;
    entry.lookedUpAtMs = nowMs;
    const items = nonPersonalized.latest
      .slice(0, COLD_START_MAX)
      .map(({ item }) => item)
      .filter((item) => !trained.numbers.has(item));
    if (items.length === 0) {
      Object.assign(entry, { coldStart: NO_COLD_START, artifact: trained.version, key });
      return NO_COLD_START;
    }
    void this.#renew(entry, { catalog, trained, items, key });
    return known;
  }

  #entryOf(catalog: CatalogId): Entry {
    const known = this.#entries.get(catalog);
    if (known !== undefined) return known;
    const entry: Entry = {
      coldStart: NO_COLD_START,
      artifact: undefined,
      key: '',
      lookedUpAtMs: Number.NEGATIVE_INFINITY,
      isLookingUp: false,
    };
    this.#entries.set(catalog, entry);
    return entry;
  }

  async #renew(
    entry: Entry,
    task: { catalog: CatalogId; trained: TrainedCatalog; items: readonly ItemId[]; key: string },
  ): Promise<void> {
    entry.isLookingUp = true;
    try {
      entry.coldStart = await this.#lookUp(task);
      entry.artifact = task.trained.version;
      entry.key = task.key;
    } catch (error) {
      this.#log.warn({ err: error, catalog: task.catalog }, 'cold-start items were not looked up');
    } finally {
      entry.isLookingUp = false;
    }
  }

  async #lookUp(task: { catalog: CatalogId; trained: TrainedCatalog; items: readonly ItemId[] }): Promise<ColdStart> {
    const { catalog, trained, items } = task;
    const queries = items.map((item) => ({ target: { item }, k: NEIGHBORS_ASKED }));
    const answer = await this.#neighbors.neighbors(catalog, queries);
    const donors = new Map<ItemId, readonly Donor[]>();
    for (const [place, item] of items.entries()) {
      const own = donorsOf(trained, answer.neighbors[place] ?? []);
      if (own.length > 0) donors.set(item, own);
    }
    const version = sha256(JSON.stringify([trained.version, ...donors])).slice(0, VERSION_LENGTH);
    return { version, donors };
  }
}
