import type { CatalogId } from '@kindred/shared/id';
import type { NeighborAnswer, NeighborQuery, NeighborSource } from '@kindred/shared/neighbor';
import { Problem } from '@kindred/shared/problem';

export interface AskedNeighbors {
  readonly catalog: CatalogId;
  readonly queries: readonly NeighborQuery[];
  readonly position: number | undefined;
}

/** Stands before a neighbor source: notes what reaches it, and lets it be unavailable. */
export class NeighborProbe implements NeighborSource {
  /** One entry per round trip. */
  readonly asked: AskedNeighbors[] = [];
  isUnavailable = false;
  /** Runs before each answer. */
  onAsked: () => void = () => {};
  readonly #source: NeighborSource;

  constructor(source: NeighborSource) {
    this.#source = source;
  }

  async neighbors(catalog: CatalogId, queries: readonly NeighborQuery[], position?: number): Promise<NeighborAnswer> {
    this.asked.push({ catalog, queries, position });
    this.onAsked();
    if (this.isUnavailable) throw new Problem('unavailable', 'no replica of the index answers');
    return this.#source.neighbors(catalog, queries, position);
  }

  reached(catalog: CatalogId, change: number, timeoutMs: number): Promise<number | undefined> {
    return this.#source.reached(catalog, change, timeoutMs);
  }
}
