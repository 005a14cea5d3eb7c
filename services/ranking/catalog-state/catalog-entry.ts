import type { SpaceId } from '@kindred/shared/id';
import type { CoEngagementData } from '../sources/co-engagement.ts';
import type { NonPersonalized } from '../sources/non-personalized.ts';
import type { TrainedCatalog } from '../sources/trained-scores.ts';
import type { CatalogMarks } from './catalog-state-source.ts';
import type { CatalogState } from './catalog-states.ts';
import type { Mean } from './mean.ts';

/** A part that was built by a pass over the catalog. */
interface Built<Value> {
  readonly value: Value;
  /** Marks and space that it was built from. */
  readonly marks: CatalogMarks;
  readonly space: SpaceId | undefined;
  readonly builtAtMs: number;
  readonly tookMs: number;
}

/** A part is built at most this often, and takes at most a twentieth of the builder's time. */
const REBUILD_MS = 1_000;
const REBUILD_PAUSE_FACTOR = 20;
const UNREAD: CatalogMarks = { events: -1, items: -1, artifact: null };

/** One catalog's state while it is kept: the parts, and the marks that each follows from. */
export class CatalogEntry {
  /** Marks that the lists were read at. */
  marks: CatalogMarks = UNREAD;
  lookedAtMs = Number.NEGATIVE_INFINITY;
  refreshing: Promise<void> | undefined;
  building: Promise<void> | undefined;
  /** Version that was loaded or tried last: a damaged artifact is not tried again and again. */
  triedArtifact: number | null = null;
  #lists: { readonly nonPersonalized: NonPersonalized; readonly space: SpaceId | undefined } = {
    nonPersonalized: { trending: [], popular: [], latest: [] },
    space: undefined,
  };
  #graph: Built<CoEngagementData> | undefined;
  #mean: Built<Mean | undefined> | undefined;
  #trained: TrainedCatalog | undefined;
  #state: CatalogState = this.#compose();

  get state(): CatalogState {
    return this.#state;
  }

  setLists(lists: { nonPersonalized: NonPersonalized; space: SpaceId | undefined }, marks: CatalogMarks): void {
    this.#lists = lists;
    this.marks = marks;
    this.#state = this.#compose();
  }

  setTrained(trained: TrainedCatalog | undefined): void {
    this.#trained = trained;
    this.#state = this.#compose();
  }

  setMean(mean: Built<Mean | undefined>): void {
    this.#mean = mean;
    this.#state = this.#compose();
  }

  setGraph(graph: Built<CoEngagementData>): void {
    this.#graph = graph;
    this.#state = this.#compose();
  }

  isMeanDue(nowMs: number): boolean {
    const { space } = this.#lists;
    const isCurrent = this.#mean?.marks.items === this.marks.items && this.#mean.space === space;
    return space !== undefined && !isCurrent && isPauseOver(this.#mean, nowMs);
  }

  isGraphDue(nowMs: number): boolean {
    return this.#graph?.marks.events !== this.marks.events && isPauseOver(this.#graph, nowMs);
  }

  #compose(): CatalogState {
    const { events, items } = this.marks;
    const [graph, mean, trained] = [this.#graph, this.#mean, this.#trained];
    const version = [
      `events-${events}`,
      `items-${items}`,
      `graph-${graph?.marks.events ?? 'none'}`,
      `mean-${mean?.marks.items ?? 'none'}`,
      `artifact-${trained?.version ?? 'none'}`,
    ];
    return {
      space: this.#lists.space,
      nonPersonalized: this.#lists.nonPersonalized,
      graph: graph?.value,
      trained,
      mean: mean?.value,
      itemsChange: items,
      missing: [...(graph === undefined ? ['co-engagement'] : []), ...(mean === undefined ? ['mean'] : [])],
      version: version.join('.'),
    };
  }
}

function isPauseOver(built: Built<unknown> | undefined, nowMs: number): boolean {
  if (built === undefined) return true;
  return nowMs - built.builtAtMs > Math.max(REBUILD_MS, REBUILD_PAUSE_FACTOR * built.tookMs);
}
