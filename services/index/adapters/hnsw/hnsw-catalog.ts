import type { SpaceId } from '@kindred/shared/id';
import type { EmbeddingChange, ItemChange } from '../../domain/change.ts';
import { rejectionsOf } from '../../ports/embedding-rejection.ts';
import type { Rejection } from '../../ports/index-engine.ts';
import { ItemTable } from './domain/item-table.ts';
import type { HnswSpace } from './hnsw-space.ts';

/** The items of one catalog, and its spaces that are held. */
export class HnswCatalog {
  readonly items = new ItemTable();
  readonly spaces = new Map<SpaceId, HnswSpace>();
  #change = 0;

  /** The last change that was applied. */
  get change(): number {
    return this.#change;
  }

  /** @returns The embedding that cannot be stored, if it is one. */
  apply(change: ItemChange | EmbeddingChange): readonly Rejection[] {
    this.#change = Math.max(this.#change, change.change);
    if (change.kind === 'embedding') return this.#applyEmbedding(change);
    this.#applyItem(change);
    return [];
  }

  #applyItem({ item, fields, spaces: embedded }: ItemChange): void {
    if (fields === undefined) this.items.removeFields(item);
    else this.items.setFields(item, fields);
    for (const space of this.spaces.values()) {
      const isEmbedded = fields !== undefined && embedded.includes(space.key.space);
      if (!isEmbedded && space.index.remove(item)) space.touch();
    }
  }

  #applyEmbedding(change: EmbeddingChange): readonly Rejection[] {
    const held = this.spaces.get(change.space);
    if (held === undefined) return [];
    return rejectionsOf(change, () => {
      held.index.upsert(change.item, change.vector);
      held.touch();
    });
  }
}
