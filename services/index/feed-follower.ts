import { Signal } from '@kindred/shared/platform/signal';
import retry from 'p-retry';
import type { Change, ChangeRange, EmbeddingChange, ItemChange, SpaceChange } from './domain/change.ts';
import { SpaceRegistry } from './domain/space-registry.ts';
import type { ChangeFeed } from './ports/change-feed.ts';
import { EngineDeadError, type IndexEngine } from './ports/index-engine.ts';
import type { Log } from './ports/log.ts';

export interface FeedFollowerOptions {
  readonly feed: ChangeFeed;
  readonly engine: IndexEngine;
  readonly log: Log;
  /** Called after each page and each poll, never before the follower has caught up. */
  readonly onSettled: () => void;
  /** Interval of looking for changes without a hint. */
  readonly pollMs: number;
  /** Changes read and applied at once. */
  readonly pageSize: number;
}

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 2_000;
const BEHIND_MS = 5_000;

/** Ends the calls under way when the follower is stopped. */
class StoppedError extends Error {}

/** Brings one engine to the state of the database and keeps it there. */
export class FeedFollower {
  /** Notified whenever the position rises. */
  readonly progress = new Signal();
  readonly #options: FeedFollowerOptions;
  readonly #wake = new Signal();
  readonly #stopping = new AbortController();
  #position = 0;
  #isCaughtUp = false;
  /** Time since which every page was full. */
  #behindSinceMs: number | undefined;
  #spaces: SpaceRegistry | undefined;
  /** The database that the engine was opened for. */
  #source = '';

  constructor(options: FeedFollowerOptions) {
    this.#options = options;
  }

  /** Every change up to this one can be found; 0 until all that was there at the start can. */
  get position(): number {
    return this.#position;
  }

  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /** True if more changes than one page holds have waited for some seconds. */
  get isBehind(): boolean {
    return this.#behindSinceMs !== undefined && performance.now() - this.#behindSinceMs > BEHIND_MS;
  }

  /** `undefined` until the spaces have been read. */
  get spaces(): SpaceRegistry | undefined {
    return this.#spaces;
  }

  /** Follows until `stop`, and waits while the database is unavailable; rejects when the engine fails. */
  async run(): Promise<void> {
    try {
      const registry = await this.#catchUp();
      while (!this.#stopping.signal.aborted) await this.#followOnce(registry);
    } catch (error) {
      if (!(error instanceof StoppedError)) throw error;
    }
  }

  /** Asks for changes now instead of at the next poll. */
  hint(): void {
    this.#wake.notify();
  }

  stop(): void {
    this.#stopping.abort(new StoppedError());
    this.#wake.notify();
    this.progress.notify();
  }

  /** Spaces first and items before embeddings, so that what is there is served early. */
  async #catchUp(): Promise<SpaceRegistry> {
    const { feed, engine } = this.#options;
    const { source, head } = await this.#patiently(() => feed.origin());
    this.#source = source;
    const spaces = await this.#patiently(() => feed.spaces());
    const live = spaces.filter(({ state }) => state !== 'retired');
    await this.#forget(spaces.filter(({ state }) => state === 'retired'));
    const opened: { space: SpaceChange; after: number }[] = [];
    for (const space of live) opened.push({ space, after: await this.#open(space, head) });
    const registry = new SpaceRegistry();
    for (const space of live) registry.set(space);
    this.#spaces = registry;
    const { position: itemsHeld } = await engine.status();
    await this.#copy((range, limit) => feed.items(range, limit), { after: itemsHeld, upTo: head });
    const serving = opened.filter(({ space }) => space.state === 'serving');
    const filling = opened.filter(({ space }) => space.state !== 'serving');
    for (const { space, after } of [...serving, ...filling]) await this.#fill(space, { after, upTo: head });
    await this.#apply([], head);
    this.#position = head;
    return registry;
  }

  /** Drops what spaces that were retired meanwhile have left; a failure must not keep the others from being served. */
  async #forget(retired: readonly SpaceChange[]): Promise<void> {
    try {
      await this.#apply(retired);
    } catch (error) {
      if (error instanceof EngineDeadError) throw error;
      this.#options.log.error({ err: error }, 'retired spaces could not be dropped');
    }
  }

  async #followOnce(registry: SpaceRegistry): Promise<void> {
    const { feed, pageSize, pollMs, onSettled } = this.#options;
    const page = await this.#patiently(() => feed.read(this.#position, pageSize));
    if (page.length > 0) await this.#applyPage(page, registry);
    const isLast = page.length < pageSize;
    this.#behindSinceMs = isLast ? undefined : (this.#behindSinceMs ?? performance.now());
    if (isLast && !this.#isCaughtUp) {
      this.#isCaughtUp = true;
      this.progress.notify();
    }
    onSettled();
    if (isLast && !this.#stopping.signal.aborted) await this.#wake.wait(pollMs);
  }

  async #applyPage(page: readonly Change[], registry: SpaceRegistry): Promise<void> {
    const upTo = page.at(-1)!.change;
    const spaces = page.filter((change) => change.kind === 'space');
    for (const change of spaces) {
      if (change.state === 'retired' || registry.has(change)) continue;
      await this.#fill(change, { after: await this.#open(change, upTo), upTo });
    }
    const rows = page.filter((change) => change.kind !== 'space');
    await this.#apply(rows, spaces.length === 0 ? upTo : undefined);
    if (spaces.length > 0) {
      // All at once, so that there is no moment at which none serves; a space is dropped when nothing asks for it any more.
      for (const change of spaces) registry.set(change);
      await this.#apply(spaces, upTo);
    }
    this.#position = upTo;
    this.progress.notify();
  }

  /** @returns The change up to which the engine has the embeddings of the space. */
  async #open({ catalog, space, dimensions }: SpaceChange, head: number): Promise<number> {
    const { engine, log } = this.#options;
    const { change, refusals } = await engine.open({ catalog, space, dimensions, source: this.#source, head });
    for (const reason of refusals) log.warn({ catalog, space, reason }, 'a snapshot was refused');
    if (change > 0) log.info({ catalog, space, change }, 'a snapshot was loaded');
    return change;
  }

  #fill(space: SpaceChange, range: ChangeRange): Promise<void> {
    const { feed } = this.#options;
    return this.#copy((pageRange, limit) => feed.embeddings(space, pageRange, limit), range);
  }

  /** Applies all pages of a range, reading each while the one before is applied. */
  async #copy<Each extends ItemChange | EmbeddingChange>(
    read: (range: ChangeRange, limit: number) => Promise<readonly Each[]>,
    { after, upTo }: ChangeRange,
  ): Promise<void> {
    const { pageSize } = this.#options;
    let applying: Promise<void> = Promise.resolve();
    for (let page: readonly Each[], at = after; ; at = page.at(-1)!.change) {
      page = await this.#patiently(() => read({ after: at, upTo }, pageSize));
      await applying;
      applying = this.#apply(page);
      applying.catch(() => {});
      if (page.length < pageSize) return applying;
    }
  }

  async #apply(changes: readonly Change[], position?: number): Promise<void> {
    if (changes.length === 0 && position === undefined) return;
    const { engine, log } = this.#options;
    const rejections = await engine.apply(changes, position);
    for (const rejection of rejections) log.error(rejection, 'an embedding was rejected');
  }

  /** Reads, and tries again for as long as the database is unavailable. */
  #patiently<T>(read: () => Promise<T>): Promise<T> {
    const attempt = (): Promise<T> =>
      read().catch((cause: unknown) => {
        // A TypeError, which some failures of a connection are, would end the attempts.
        throw new Error('changes could not be read', { cause });
      });
    return retry(attempt, {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: RETRY_MIN_MS,
      maxTimeout: RETRY_MAX_MS,
      signal: this.#stopping.signal,
      onFailedAttempt: ({ error, retryDelay: delayMs }) =>
        this.#options.log.warn({ err: error, delayMs }, 'changes could not be read, trying again'),
    });
  }
}
