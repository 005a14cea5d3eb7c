import type { Neighbor, NeighborQuery } from '@kindred/shared/neighbor';
import { LRUCache } from 'lru-cache';
import type { SpaceKey } from './ports/index-engine.ts';

export interface SpaceAnswer {
  readonly version: string;
  readonly neighbors: readonly (readonly Neighbor[])[];
}

export interface NeighborCache {
  /**
   * Answers what is known and searches for the rest. All lists of an answer are of the one version it names.
   * @param position  The last change that is searchable: at another one, everything is forgotten.
   * @param search  Asks the engine; called with the queries that are missing, and once more with all of them when the
   *   engine has moved on meanwhile.
   */
  answer(
    asked: { readonly space: SpaceKey; readonly position: number; readonly queries: readonly NeighborQuery[] },
    search: (queries: readonly NeighborQuery[]) => Promise<SpaceAnswer>,
  ): Promise<SpaceAnswer>;
}

/** Neighbors kept, over all lists: some 60 bytes each. */
const NEIGHBORS_MAX = 1_000_000;

interface Known {
  readonly position: number;
  readonly version: string;
  readonly lists: LRUCache<string, readonly Neighbor[]>;
}

/** Remembers the neighbors of items for as long as nothing changes: medoids and popular items are asked for again and again. */
export function createNeighborCache(): NeighborCache {
  const spaces = new Map<string, Known>();
  return {
    async answer({ space, position, queries }, search) {
      const name = `${space.catalog}\n${space.space}`;
      const known = spaces.get(name);
      const keys = queries.map(keyOf);
      const current = known?.position === position ? known : undefined;
      const lists = keys.map((key) => (key === undefined ? undefined : current?.lists.get(key)));
      const missing = queries.filter((_, index) => lists[index] === undefined);
      if (current !== undefined && missing.length === 0)
        return { version: current.version, neighbors: lists.map((list) => list ?? []) };

      const found = await search(missing);
      const isSame = current !== undefined && found.version === current.version;
      if (!isSame && missing.length < queries.length) {
        const all = await search(queries);
        remember(spaces, name, { position, version: all.version, keys, lists: all.neighbors });
        return all;
      }
      let next = 0;
      const merged = lists.map((list) => list ?? found.neighbors[next++] ?? []);
      remember(spaces, name, { position, version: found.version, keys, lists: merged });
      return { version: found.version, neighbors: merged };
    },
  };
}

/** Vectors are asked for once only, and filters are as many as callers like: neither is kept. */
function keyOf({ target, k, filter }: NeighborQuery): string | undefined {
  return 'item' in target && filter === undefined ? `${k}\n${target.item}` : undefined;
}

function remember(
  spaces: Map<string, Known>,
  name: string,
  answer: {
    readonly position: number;
    readonly version: string;
    readonly keys: readonly (string | undefined)[];
    readonly lists: readonly (readonly Neighbor[])[];
  },
): void {
  const { position, version, keys, lists } = answer;
  let known = spaces.get(name);
  if (known?.position !== position || known.version !== version) {
    // An answer that was asked for before a change must not take the place of one that was asked for after it.
    if (known !== undefined && known.position > position) return;
    known = {
      position,
      version,
      lists: new LRUCache({ maxSize: NEIGHBORS_MAX, sizeCalculation: (list) => list.length + 1 }),
    };
    spaces.set(name, known);
  }
  keys.forEach((key, index) => {
    if (key !== undefined) known.lists.set(key, lists[index] ?? []);
  });
}
