import type { SpaceId } from '@kindred/shared/id';
import type { CoEngagementData } from '../sources/co-engagement.ts';
import type { NonPersonalized } from '../sources/non-personalized.ts';
import type { TrainedCatalog } from '../sources/trained-scores.ts';
import type { CatalogMarks } from './catalog-state-source.ts';
import type { CatalogState } from './catalog-states.ts';
import type { Mean } from './mean.ts';

/** A part that is built by a pass of its own. */
export type BuiltPart = 'artifact' | 'mean' | 'co-engagement';

/** A part with the marks that it was built from. */
interface Built<Value> {
  readonly value: Value;
  readonly marks: CatalogMarks;
}

interface BuiltMean extends Built<Mean | undefined> {
  readonly space: SpaceId;
}

/** The artifact or the space that a pass is for: a pass for another one need not wait. */
export type PassSubject = number | SpaceId | undefined;

/** The last pass for a part, whether it succeeded or failed. */
interface Pass {
  readonly subject: PassSubject;
  readonly endedAtMs: number;
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
  /** Version that was loaded last, or found damaged. */
  settledArtifact: number | null = null;
  #lists: { readonly nonPersonalized: NonPersonalized; readonly space: SpaceId | undefined } = {
    nonPersonalized: { trending: [], popular: [], latest: [] },
    space: undefined,
  };
  #graph: Built<CoEngagementData> | undefined;
  #mean: BuiltMean | undefined;
  #trained: TrainedCatalog | undefined;
  readonly #passes = new Map<BuiltPart, Pass>();
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

  setMean(mean: BuiltMean): void {
    this.#mean = mean;
    this.#state = this.#compose();
  }

  setGraph(graph: Built<CoEngagementData>): void {
    this.#graph = graph;
    this.#state = this.#compose();
  }

  /** True if a part follows from something that has changed, and its last pass is long enough ago. */
  isDue(part: BuiltPart, nowMs: number): boolean {
    if (!this.#isOutdated(part)) return false;
    const pass = this.#passes.get(part);
    if (pass === undefined || pass.subject !== this.subjectOf(part)) return true;
    return nowMs - pass.endedAtMs > Math.max(REBUILD_MS, REBUILD_PAUSE_FACTOR * pass.tookMs);
  }

  endPass(part: BuiltPart, pass: Pass): void {
    this.#passes.set(part, pass);
  }

  /** The subject that a pass for the part has now. */
  subjectOf(part: BuiltPart): PassSubject {
    switch (part) {
      case 'artifact':
        return this.marks.artifact ?? undefined;
      case 'mean':
        return this.#lists.space;
      case 'co-engagement':
        return undefined;
    }
  }

  #isOutdated(part: BuiltPart): boolean {
    const { space } = this.#lists;
    switch (part) {
      case 'artifact':
        return this.marks.artifact !== this.settledArtifact;
      case 'mean':
        return space !== undefined && !(this.#mean?.marks.items === this.marks.items && this.#mean.space === space);
      case 'co-engagement':
        return this.#graph?.marks.events !== this.marks.events;
    }
  }

  #compose(): CatalogState {
    const { events, items } = this.marks;
    const { space } = this.#lists;
    const [graph, trained] = [this.#graph, this.#trained];
    // The mean of another space is no use to the vectors of this one.
    const mean = this.#mean?.space === space ? this.#mean : undefined;
    const version = [
      `events-${events}`,
      `items-${items}`,
      `graph-${graph?.marks.events ?? 'none'}`,
      `mean-${mean?.marks.items ?? 'none'}`,
      `artifact-${trained?.version ?? 'none'}`,
    ];
    return {
      space,
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
