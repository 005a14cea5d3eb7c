import { randomUUID } from 'node:crypto';
import type { CatalogId, SpaceId } from '@kindred/shared/id';
import type {
  EmbeddingChange,
  IndexEngine,
  ItemChange,
  Rejection,
  SpaceKey,
  SpaceStatus,
} from '../../ports/index-engine.ts';
import { createItemTable, type ItemTable } from './domain/item-table.ts';
import { type BuildState, createHnswIndex, HNSW_DEFAULTS, type HnswIndex, type HnswOptions } from './hnsw-index.ts';
import { dropSnapshots, loadSnapshot, snapshotFolder, writeSnapshot } from './snapshot/write-snapshot.ts';

export interface IndexHostOptions {
  /** The folder of all snapshots. */
  readonly root: string;
  readonly index?: Partial<HnswOptions>;
}

/** The engine as it is inside its thread: whoever owns it calls `work` whenever nothing else is to be done. */
export interface IndexHost extends IndexEngine {
  /** Builds for about `budgetMs` where something is to be built. @returns Whether more is left. */
  work(budgetMs: number): boolean;
  /** Looks for about `budgetMs` for vectors that the graphs do not lead to; see `HnswIndex.check`. */
  check(budgetMs: number): boolean;
}

interface Catalog {
  readonly items: ItemTable;
  readonly spaces: Map<SpaceId, HeldSpace>;
  /** The last change that was applied. */
  change: number;
}

interface HeldSpace {
  readonly key: SpaceKey;
  readonly source: string;
  readonly index: HnswIndex;
  unsaved: number;
  /** The build that the snapshot on disk is of. */
  savedBuild: string | undefined;
  saving: Promise<void> | undefined;
}

export function createIndexHost({ root, index: indexOptions }: IndexHostOptions): IndexHost {
  const options = { ...HNSW_DEFAULTS, ...indexOptions };
  const catalogs = new Map<CatalogId, Catalog>();
  /** Whose turn it is to be built. */
  let turn = 0;

  const catalogOf = (id: CatalogId): Catalog => {
    let catalog = catalogs.get(id);
    if (catalog === undefined) {
      catalog = { items: createItemTable(), spaces: new Map(), change: 0 };
      catalogs.set(id, catalog);
    }
    return catalog;
  };

  const heldSpaces = (): HeldSpace[] => [...catalogs.values()].flatMap(({ spaces }) => [...spaces.values()]);

  const require = ({ catalog, space }: SpaceKey): HeldSpace => {
    const held = catalogs.get(catalog)?.spaces.get(space);
    if (held === undefined) throw new Error(`space ${space} of catalog ${catalog} is not held`);
    return held;
  };

  const host: IndexHost = {
    async open({ catalog, space, dimensions, source, head }) {
      const { items, spaces } = catalogOf(catalog);
      if (spaces.has(space)) return { change: 0, refusals: [] };
      const wanted = { catalog, space, source, dimensions, head, parameters: options };
      const { snapshot, refusals } = await loadSnapshot(snapshotFolder(root, wanted), wanted, items);
      const build = snapshot?.state.build ?? randomUUID();
      const index = createHnswIndex({ dimensions, items, build, nowMs: Date.now, options, restored: snapshot });
      // What was refused is to be replaced, as it may hold what is deleted here.
      const savedBuild = snapshot ? buildOf(index) : refusals[0];
      spaces.set(space, { key: { catalog, space }, source, index, unsaved: 0, savedBuild, saving: undefined });
      return { change: snapshot?.change ?? 0, refusals };
    },
    async drop(key) {
      const catalog = catalogOf(key.catalog);
      const held = catalog.spaces.get(key.space);
      catalog.spaces.delete(key.space);
      held?.index.close();
      await held?.saving?.catch(() => {});
      await dropSnapshots(snapshotFolder(root, key));
    },
    async apply(changes) {
      const rejections: Rejection[] = [];
      for (const change of changes) {
        const catalog = catalogOf(change.catalog);
        catalog.change = Math.max(catalog.change, change.change);
        if (change.kind === 'item') applyItem(catalog, change);
        else rejections.push(...applyEmbedding(catalog, change));
      }
      return rejections;
    },
    async search(key, queries) {
      const { index } = require(key);
      return {
        version: `${graphOf(index)}.${catalogOf(key.catalog).change}`,
        neighbors: queries.map((query) => index.search(query)),
      };
    },
    async snapshot(key, change) {
      const held = require(key);
      if (held.saving) throw new Error(`a snapshot of ${key.space} in ${key.catalog} is being written`);
      held.saving = save(held, change, root);
      try {
        await held.saving;
      } finally {
        held.saving = undefined;
      }
    },
    status: async () => heldSpaces().map(statusOf),
    async close() {
      await Promise.allSettled(heldSpaces().map(({ saving }) => saving));
      catalogs.clear();
    },
    work(budgetMs) {
      const deadline = performance.now() + budgetMs;
      const spaces = heldSpaces();
      for (let i = 0; i < spaces.length; i++) {
        turn = (turn + 1) % spaces.length;
        const left = spaces[turn]!.index.work(deadline - performance.now());
        if (left || performance.now() >= deadline) return true;
      }
      return false;
    },
    check(budgetMs) {
      const deadline = performance.now() + budgetMs;
      return heldSpaces().some(({ index }) => index.check(deadline - performance.now()));
    },
  };
  return host;
}

function applyItem({ items, spaces }: Catalog, { item, fields, spaces: embedded }: ItemChange): void {
  if (fields === undefined) items.removeFields(item);
  else items.setFields(item, fields);
  for (const held of spaces.values()) {
    const isEmbedded = fields !== undefined && embedded.includes(held.key.space);
    if (!isEmbedded && held.index.remove(item)) held.unsaved++;
  }
}

function applyEmbedding({ spaces }: Catalog, { catalog, space, item, vector }: EmbeddingChange): Rejection[] {
  const held = spaces.get(space);
  if (held === undefined) return [];
  try {
    held.index.upsert(item, vector);
    held.unsaved++;
    return [];
  } catch (error) {
    if (error instanceof RangeError) return [{ catalog, space, item, reason: error.message }];
    throw error;
  }
}

async function save(held: HeldSpace, change: number, root: string): Promise<void> {
  const { key, index, source, unsaved } = held;
  const saved = await writeSnapshot(snapshotFolder(root, key), index, { ...key, source, change });
  held.unsaved -= unsaved;
  held.savedBuild = buildOf(saved);
}

function buildOf({ build, generation }: BuildState): string {
  return `${build}.${generation}`;
}

/** Equal on two occasions only when the graph is, and what is scanned beside it. */
function graphOf(index: HnswIndex): string {
  const { indexed, strayKey } = index;
  return `${buildOf(index)}.${indexed}${strayKey === 0 ? '' : `+${(strayKey >>> 0).toString(36)}`}`;
}

function statusOf({ key, index, unsaved, savedBuild, saving }: HeldSpace): SpaceStatus {
  const { dimensions, size, tombstones, unindexed, unchecked } = index;
  const isRebuilt = savedBuild !== buildOf(index) && (savedBuild !== undefined || size > 0);
  return {
    ...{ ...key, dimensions, size, tombstones, unindexed, unchecked },
    ...{ unsaved, isRebuilt, isSaving: saving !== undefined },
  };
}
