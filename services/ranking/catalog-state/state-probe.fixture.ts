import { setImmediate } from 'node:timers/promises';
import { type CatalogId, type ItemId, MAIN_CATALOG, type SpaceId, type UserId } from '@kindred/shared/id';
import { createLog } from '@kindred/shared/platform/log';
import { CatalogStateCache } from './catalog-state-cache.ts';
import type { CatalogState } from './catalog-states.ts';
import { MemoryCatalogBuilder } from './memory-catalog-builder.ts';
import { MemoryCatalogStateSource } from './memory-catalog-state-source.ts';

/** A question to the source of catalog states, or a pass of the builder. */
export type StateQuestion = 'exists' | 'marks' | 'lists' | 'mean' | 'coEngagement' | 'trained' | 'stop';

export const SPACE = 'space' as SpaceId;
export const ITEM = 'item' as ItemId;

/** A catalog-state cache over memory adapters: counts their questions, and lets them fail, wait or take time. */
export class StateProbe {
  readonly source = new MemoryCatalogStateSource();
  readonly builder = new MemoryCatalogBuilder();
  readonly asked: StateQuestion[] = [];
  readonly cache: CatalogStateCache;
  /** Questions that fail. */
  failing: ReadonlySet<StateQuestion> = new Set();
  /** Time that a pass takes by the cache's clock. */
  tookMs = 0;
  nowMs = 1_000_000;
  readonly #gates = new Map<string, Promise<void>>();
  #change = 0;

  constructor({ firstBuildMs }: { firstBuildMs?: number } = {}) {
    const { source, builder } = this;
    this.cache = new CatalogStateCache({
      source: {
        exists: (catalog) => this.#through('exists', catalog, () => source.exists(catalog)),
        marks: (catalog) => this.#through('marks', catalog, () => source.marks(catalog)),
        lists: (catalog) => this.#through('lists', catalog, () => source.lists(catalog)),
      },
      builder: {
        mean: (catalog, space) => this.#pass('mean', catalog, () => builder.mean(catalog, space)),
        coEngagement: (catalog) => this.#pass('coEngagement', catalog, () => builder.coEngagement(catalog)),
        trained: (catalog, version) => this.#pass('trained', catalog, () => builder.trained(catalog, version)),
        stop: () => this.#through('stop', MAIN_CATALOG, () => builder.stop()),
      },
      log: createLog('test', 'silent'),
      now: () => this.nowMs,
      ...(firstBuildMs !== undefined && { firstBuildMs }),
    });
  }

  /** A catalog with one item, one embedding and one engagement. */
  create(catalog: CatalogId = MAIN_CATALOG): this {
    this.source.create(catalog);
    this.source.serve(catalog, SPACE, ++this.#change);
    this.putItem(ITEM, catalog);
    this.engage(ITEM, catalog);
    return this;
  }

  putItem(item: ItemId, catalog: CatalogId = MAIN_CATALOG): void {
    const change = ++this.#change;
    this.source.putItem(catalog, item, { createdAtMs: change, available: true, change });
    this.builder.embed(catalog, SPACE, item, Float32Array.of(1, change));
  }

  engage(item: ItemId, catalog: CatalogId = MAIN_CATALOG): void {
    const change = ++this.#change;
    this.source.rank(catalog, item, { short: change, long: change }, change);
    this.builder.engage(catalog, `user-${change}` as UserId, item);
    this.builder.engage(catalog, `user-${change}` as UserId, ITEM);
  }

  serve(space: SpaceId | undefined): void {
    this.source.serve(MAIN_CATALOG, space, ++this.#change);
  }

  /** Lets a question about the catalog wait. @returns Ends the wait. */
  hold(question: StateQuestion, catalog: CatalogId = MAIN_CATALOG): () => Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gates.set(`${question} ${catalog}`, promise);
    return async () => {
      this.#gates.delete(`${question} ${catalog}`);
      resolve();
      await setImmediate();
    };
  }

  count(question: StateQuestion): number {
    return this.asked.filter((asked) => asked === question).length;
  }

  /** The state that a request is answered from. */
  async state(catalog: CatalogId = MAIN_CATALOG): Promise<CatalogState> {
    const state = await this.cache.of(catalog, false);
    if (state === undefined) throw new Error(`there is no catalog ${catalog}`);
    return state;
  }

  /** The state after the time has passed and everything has been done that a request starts. */
  async stateAfter(passedMs: number): Promise<CatalogState> {
    this.nowMs += passedMs;
    await this.state();
    await setImmediate();
    return this.state();
  }

  async #pass<Value>(question: StateQuestion, catalog: CatalogId, build: () => Promise<Value>): Promise<Value> {
    this.nowMs += this.tookMs;
    return this.#through(question, catalog, build);
  }

  async #through<Value>(question: StateQuestion, catalog: CatalogId, ask: () => Promise<Value>): Promise<Value> {
    this.asked.push(question);
    const isFailing = this.failing.has(question);
    await this.#gates.get(`${question} ${catalog}`);
    if (isFailing) throw new Error(`${question} is unavailable`);
    return ask();
  }
}
