import { randomUUID } from 'node:crypto';
import type { SpaceKey } from '../../domain/space.ts';
import type { SpaceSnapshotNeed } from '../../ports/engine-snapshots.ts';
import type { OpenedSpace, SpaceStatus, SpaceToOpen } from '../../ports/index-engine.ts';
import type { ItemTable } from './domain/item-table.ts';
import { buildName, HnswIndex } from './hnsw-index.ts';
import type { HnswOptions } from './hnsw-options.ts';
import { loadSnapshot } from './snapshot/load-snapshot.ts';
import { snapshotFolder } from './snapshot/snapshot-folder.ts';
import { writeSnapshot } from './snapshot/write-snapshot.ts';

export interface HnswSpaceOptions {
  /** Folder of all snapshots. */
  readonly root: string;
  /** The items of the space's catalog. */
  readonly items: ItemTable;
  readonly options: HnswOptions;
}

/** One space of an engine: its index, and how far the snapshot on disk is behind it. */
export class HnswSpace {
  readonly key: SpaceKey;
  readonly index: HnswIndex;
  readonly #folder: string;
  readonly #source: string;
  #change: number;
  #unsaved = 0;
  /** The build that the snapshot on disk is of; the reason of a refusal if that was of no use. */
  #savedBuild: string | undefined;
  #saving: Promise<void> | undefined;

  private constructor(space: SpaceToOpen, state: { folder: string; index: HnswIndex; change: number; saved?: string }) {
    this.key = { catalog: space.catalog, space: space.space };
    this.index = state.index;
    this.#source = space.source;
    this.#folder = state.folder;
    this.#change = state.change;
    this.#savedBuild = state.saved;
  }

  /** Opens a space from its newest snapshot that can be used, else empty. Never rejects over a damaged snapshot. */
  static async open(
    space: SpaceToOpen,
    { root, items, options }: HnswSpaceOptions,
  ): Promise<OpenedSpace & { readonly held: HnswSpace }> {
    const folder = snapshotFolder(root, space);
    const { dimensions } = space;
    const { snapshot, refusals } = await loadSnapshot(folder, { ...space, parameters: options }, items);
    const build = snapshot?.build.build ?? randomUUID();
    const index = new HnswIndex({ dimensions, items, build, nowMs: Date.now, options, restored: snapshot });
    // A refused snapshot is to be replaced, as it may hold what is deleted here.
    const saved = snapshot ? buildName(index.build) : refusals[0];
    const change = snapshot?.change ?? 0;
    return { held: new HnswSpace(space, { folder, index, change, saved }), change, refusals };
  }

  /** Every embedding up to this change is in the index. */
  get change(): number {
    return this.#change;
  }

  reach(change: number): void {
    this.#change = Math.max(this.#change, change);
  }

  /** Notes a vector that was written or removed. */
  touch(): void {
    this.#unsaved++;
  }

  /** Writes a snapshot. @returns The change that it says. Rejects when it is not safely on disk. */
  async save(): Promise<number> {
    const { catalog, space } = this.key;
    if (this.#saving) throw new Error(`a snapshot of ${space} in ${catalog} is being written`);
    const change = this.#change;
    this.#saving = this.#write(change);
    try {
      await this.#saving;
      return change;
    } finally {
      this.#saving = undefined;
    }
  }

  /** Resolves once no snapshot is being written. */
  async saved(): Promise<void> {
    await this.#saving?.catch(() => {});
  }

  status(): SpaceStatus {
    const { size, tombstones, unindexed, unchecked } = this.index;
    return { ...this.key, size, tombstones, unindexed, unchecked };
  }

  snapshotNeed(): SpaceSnapshotNeed {
    const { size, unindexed, build } = this.index;
    const isRebuilt = this.#savedBuild !== buildName(build) && (this.#savedBuild !== undefined || size > 0);
    return { ...this.key, unindexed, unsaved: this.#unsaved, isRebuilt, isSaving: this.#saving !== undefined };
  }

  async #write(change: number): Promise<void> {
    const unsaved = this.#unsaved;
    const saved = await writeSnapshot(this.#folder, this.index, { ...this.key, source: this.#source, change });
    this.#unsaved -= unsaved;
    this.#savedBuild = buildName(saved);
  }
}
