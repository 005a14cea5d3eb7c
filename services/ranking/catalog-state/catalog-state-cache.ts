import { setTimeout as sleep } from 'node:timers/promises';
import type { CatalogId } from '@kindred/shared/id';
import type { Log } from '@kindred/shared/platform/log';
import { LRUCache } from 'lru-cache';
import { type CatalogBuilder, DamagedArtifact } from './catalog-builder.ts';
import { type BuiltPart, CatalogEntry } from './catalog-entry.ts';
import type { CatalogStateSource } from './catalog-state-source.ts';
import type { CatalogState, CatalogStates } from './catalog-states.ts';

export interface CatalogStateCacheOptions {
  readonly source: CatalogStateSource;
  readonly builder: CatalogBuilder;
  readonly log: Log;
  /** The time in milliseconds; by default `Date.now`. */
  readonly now?: () => number;
  /** The first request of a catalog waits this long for the passes, then goes on without them; by default 3 s. */
  readonly firstBuildMs?: number;
}

/** An older state is refreshed behind the next request, which is still answered from it. */
const FRESH_MS = 1_000;
const FIRST_BUILD_MS = 3_000;
/** A catalog without requests for this long is forgotten, with everything that erased users left in it. */
const FORGET_MS = 3_600_000;
const CATALOGS_MAX = 10_000;

/**
 * Keeps the states of the catalogs that are asked for and refreshes them behind the requests: lists and serving space within a
 * second, parts that need a pass over the catalog within some seconds, by its size. A catalog without requests costs nothing.
 */
export class CatalogStateCache implements CatalogStates {
  readonly #source: CatalogStateSource;
  readonly #builder: CatalogBuilder;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #firstBuildMs: number;
  readonly #entries: LRUCache<CatalogId, Promise<CatalogEntry | undefined>>;

  constructor({ source, builder, log, now = Date.now, firstBuildMs = FIRST_BUILD_MS }: CatalogStateCacheOptions) {
    this.#source = source;
    this.#builder = builder;
    this.#log = log;
    this.#now = now;
    this.#firstBuildMs = firstBuildMs;
    this.#entries = new LRUCache({
      max: CATALOGS_MAX,
      ttl: FORGET_MS,
      // Every request asks the clock.
      ttlResolution: 0,
      updateAgeOnGet: true,
      ttlAutopurge: true,
      perf: { now },
    });
  }

  async of(catalog: CatalogId, isFresh: boolean): Promise<CatalogState | undefined> {
    const entry = await this.#entryOf(catalog);
    if (entry === undefined) return undefined;
    if (isFresh) {
      // A refresh that is under way may have begun before the write that must be seen.
      await entry.refreshing?.catch(() => {});
      await this.#refresh(catalog, entry);
    } else if (this.#now() - entry.lookedAtMs > FRESH_MS && entry.refreshing === undefined) {
      this.#refresh(catalog, entry).catch((error) =>
        this.#log.warn({ err: error, catalog }, 'catalog state not refreshed'),
      );
    }
    return entry.state;
  }

  stop(): Promise<void> {
    this.#entries.clear();
    return this.#builder.stop();
  }

  #entryOf(catalog: CatalogId): Promise<CatalogEntry | undefined> {
    const known = this.#entries.get(catalog);
    if (known !== undefined) return known;
    const first = this.#first(catalog).then(
      (entry) => {
        if (entry === undefined) this.#entries.delete(catalog);
        return entry;
      },
      (error) => {
        this.#entries.delete(catalog);
        throw error;
      },
    );
    this.#entries.set(catalog, first);
    return first;
  }

  async #first(catalog: CatalogId): Promise<CatalogEntry | undefined> {
    if (!(await this.#source.exists(catalog))) return undefined;
    const entry = new CatalogEntry();
    await this.#refresh(catalog, entry);
    await Promise.race([entry.building, sleep(this.#firstBuildMs, undefined, { ref: false })]);
    return entry;
  }

  #refresh(catalog: CatalogId, entry: CatalogEntry): Promise<void> {
    entry.refreshing ??= this.#read(catalog, entry).finally(() => {
      // After a failure too: an unavailable database is not asked by every request.
      entry.lookedAtMs = this.#now();
      entry.refreshing = undefined;
    });
    return entry.refreshing;
  }

  async #read(catalog: CatalogId, entry: CatalogEntry): Promise<void> {
    const marks = await this.#source.marks(catalog);
    if (marks.events !== entry.marks.events || marks.items !== entry.marks.items) {
      entry.setLists(await this.#source.lists(catalog), marks);
    }
    entry.marks = marks;
    entry.building ??= this.#build(catalog, entry).finally(() => {
      entry.building = undefined;
    });
  }

  /** Builds the parts that are due, one after the other. */
  async #build(catalog: CatalogId, entry: CatalogEntry): Promise<void> {
    await this.#pass(catalog, entry, 'artifact', () => this.#loadArtifact(catalog, entry));
    await this.#pass(catalog, entry, 'mean', () => this.#buildMean(catalog, entry));
    await this.#pass(catalog, entry, 'co-engagement', () => this.#buildGraph(catalog, entry));
  }

  /** A part whose pass fails stays as it is, stops no other, and is due again after the pause that follows any pass. */
  async #pass(catalog: CatalogId, entry: CatalogEntry, part: BuiltPart, build: () => Promise<void>): Promise<void> {
    const startMs = this.#now();
    if (!entry.isDue(part, startMs)) return;
    const subject = entry.subjectOf(part);
    await build().catch((error) => this.#log.warn({ err: error, catalog, part }, 'pass over the catalog failed'));
    const endedAtMs = this.#now();
    entry.endPass(part, { subject, endedAtMs, tookMs: endedAtMs - startMs });
  }

  async #loadArtifact(catalog: CatalogId, entry: CatalogEntry): Promise<void> {
    const { artifact } = entry.marks;
    try {
      // Without one all versions were withdrawn, because of users who were erased.
      entry.setTrained(artifact === null ? undefined : await this.#builder.trained(catalog, artifact));
      entry.settledArtifact = artifact;
    } catch (error) {
      // The last good one ranks on.
      if (error instanceof DamagedArtifact) entry.settledArtifact = artifact;
      throw error;
    }
  }

  async #buildMean(catalog: CatalogId, entry: CatalogEntry): Promise<void> {
    const { marks, state } = entry;
    const { space } = state;
    if (space === undefined) return;
    const vector = await this.#builder.mean(catalog, space);
    entry.setMean({ value: vector && { vector, version: `${space}-${marks.items}` }, marks, space });
  }

  async #buildGraph(catalog: CatalogId, entry: CatalogEntry): Promise<void> {
    const { marks } = entry;
    entry.setGraph({ value: await this.#builder.coEngagement(catalog), marks });
  }
}
