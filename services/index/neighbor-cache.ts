import type { Neighbor, NeighborQuery } from '@kindred/shared/neighbor';
import { LRUCache } from 'lru-cache';
import type { SpaceKey } from './domain/space.ts';
import type { SearchAnswer } from './ports/index-engine.ts';

/** The queries of one request to one space. */
export interface CachedRequest {
  readonly space: SpaceKey;
  /** Last change that can be found: at another one, everything is forgotten. */
  readonly position: number;
  readonly queries: readonly NeighborQuery[];
}

/** Neighbors kept over all lists of a space, at some 60 bytes each. */
const NEIGHBORS_MAX = 1_000_000;

/** The lists of one space at one position and version. */
interface CachedSpace {
  readonly position: number;
  readonly version: string;
  readonly lists: LRUCache<string, readonly Neighbor[]>;
}

/** Remembers the neighbors of items while nothing changes: medoids and popular items are asked for again and again. */
export class NeighborCache {
  readonly #spaces = new Map<string, CachedSpace>();

  /**
   * Answers from what is known and searches for the rest. All lists of an answer are of the one version it names.
   * @param search  Asks the engine; called with the missing queries, and once more with all of them if the engine has
   *   moved on meanwhile.
   */
  async answer(
    request: CachedRequest,
    search: (queries: readonly NeighborQuery[]) => Promise<SearchAnswer>,
  ): Promise<SearchAnswer> {
    const { position, queries } = request;
    const known = this.#spaces.get(nameOf(request.space));
    const current = known?.position === position ? known : undefined;
    const lists = queries.map((query) => {
      const key = keyOf(query);
      return key === undefined ? undefined : current?.lists.get(key);
    });
    const missing = queries.filter((_, index) => lists[index] === undefined);
    if (current !== undefined && missing.length === 0)
      return { version: current.version, neighbors: lists.map((list) => list ?? []) };

    const found = await search(missing);
    const isSame = current !== undefined && found.version === current.version;
    if (!isSame && missing.length < queries.length) {
      const all = await search(queries);
      this.#remember(request, all);
      return all;
    }
    let next = 0;
    const neighbors = lists.map((list) => list ?? found.neighbors[next++] ?? []);
    const merged = { version: found.version, neighbors };
    this.#remember(request, merged);
    return merged;
  }

  #remember({ space, position, queries }: CachedRequest, { version, neighbors }: SearchAnswer): void {
    let known = this.#spaces.get(nameOf(space));
    if (known?.position !== position || known.version !== version) {
      // An answer that was asked for before a change must not take the place of one that was asked for after it.
      if (known !== undefined && known.position > position) return;
      const lists = new LRUCache<string, readonly Neighbor[]>({
        maxSize: NEIGHBORS_MAX,
        sizeCalculation: (list) => list.length + 1,
      });
      known = { position, version, lists };
      this.#spaces.set(nameOf(space), known);
    }
    for (const [index, query] of queries.entries()) {
      const key = keyOf(query);
      if (key !== undefined) known.lists.set(key, neighbors[index] ?? []);
    }
  }
}

function nameOf({ catalog, space }: SpaceKey): string {
  return `${catalog}\n${space}`;
}

/** Vectors are asked for once only, and filters vary without limit: neither is kept. */
function keyOf({ target, k, filter }: NeighborQuery): string | undefined {
  return 'item' in target && filter === undefined ? `${k}\n${target.item}` : undefined;
}
