import { Signal } from '@kindred/shared/platform/signal';
import { createSpaceRegistry, type SpaceRegistry } from './domain/space-registry.ts';
import type {
  Change,
  ChangeFeed,
  ChangeRange,
  EmbeddingChange,
  IndexEngine,
  ItemChange,
  Log,
  SpaceChange,
} from './ports/index-engine.ts';

/** Brings one engine to the state of the database and keeps it there. */
export interface FeedFollower {
  /** Every change up to this one is searchable; 0 until all that was there at the start is. */
  readonly position: number;
  readonly isCaughtUp: boolean;
  /** Whether more changes than one page holds have waited for some seconds. */
  readonly isBehind: boolean;
  /** `undefined` until the spaces have been read. */
  readonly spaces: SpaceRegistry | undefined;
  /** Rings whenever the position rises. */
  readonly progress: Signal;
  /** Follows until `stop`; rejects when the engine fails. Waits for a database that is away. */
  run(): Promise<void>;
  /** Asks for the changes now instead of at the next poll. */
  hint(): void;
  stop(): void;
}

export interface FeedFollowerInit {
  readonly feed: ChangeFeed;
  readonly engine: IndexEngine;
  readonly log: Log;
  /** Called after each page and each poll, never before all has been caught up with. */
  readonly onSettled: (position: number) => void;
  readonly pollMs: number;
  readonly pageSize: number;
}

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 2_000;
const BEHIND_MS = 5_000;

/** Ends what is under way when the follower is stopped. */
class Stopped extends Error {}

export function createFeedFollower({ feed, engine, log, onSettled, pollMs, pageSize }: FeedFollowerInit): FeedFollower {
  const wake = new Signal();
  const progress = new Signal();
  let position = 0;
  let isCaughtUp = false;
  /** Since when every page was full. */
  let behindSinceMs: number | undefined;
  let isStopped = false;
  let isHinted = false;
  let spaces: SpaceRegistry | undefined;
  /** The database, as it was when the engine was empty. */
  let source = '';

  /** Reads again and again while the database is away. */
  const patiently = async <T>(read: () => Promise<T>): Promise<T> => {
    for (let delayMs = RETRY_MIN_MS; ; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
      if (isStopped) throw new Stopped();
      try {
        return await read();
      } catch (error) {
        log.warn({ err: error, delayMs }, 'changes could not be read, trying again');
        await wake.wait(delayMs);
      }
    }
  };

  const apply = async (changes: readonly (ItemChange | EmbeddingChange)[]): Promise<void> => {
    if (changes.length === 0) return;
    const rejections = await engine.apply(changes);
    for (const rejection of rejections) log.error(rejection, 'an embedding was rejected');
  };

  /** Applies all pages of a range, reading each while the one before is applied. */
  const copy = async <Each extends ItemChange | EmbeddingChange>(
    read: (range: ChangeRange, limit: number) => Promise<readonly Each[]>,
    { after, upTo }: ChangeRange,
  ): Promise<void> => {
    let applying: Promise<void> = Promise.resolve();
    for (let page: readonly Each[], at = after; ; at = page.at(-1)!.change) {
      page = await patiently(() => read({ after: at, upTo }, pageSize));
      await applying;
      applying = apply(page);
      applying.catch(() => {});
      if (page.length < pageSize) return applying;
    }
  };

  /** @returns The change up to which the space holds its embeddings already. */
  const open = async ({ catalog, space, dimensions }: SpaceChange, head: number): Promise<number> => {
    const { change, refusals } = await engine.open({ catalog, space, dimensions, source, head });
    for (const reason of refusals) log.warn({ catalog, space, reason }, 'a snapshot was refused');
    if (change > 0) log.info({ catalog, space, change }, 'a snapshot was loaded');
    return change;
  };

  const fill = (space: SpaceChange, range: ChangeRange): Promise<void> =>
    copy((pageRange, limit) => feed.embeddings(space, pageRange, limit), range);

  /** Spaces first and items before embeddings, so that what is there is served early. */
  const catchUp = async (): Promise<void> => {
    const origin = await patiently(() => feed.origin());
    source = origin.source;
    const live = (await patiently(() => feed.spaces())).filter(({ state }) => state !== 'retired');
    const opened: { space: SpaceChange; after: number }[] = [];
    for (const space of live) opened.push({ space, after: await open(space, origin.head) });
    const registry = createSpaceRegistry();
    for (const space of live) registry.set(space);
    spaces = registry;
    await copy((range, limit) => feed.items(range, limit), { after: 0, upTo: origin.head });
    const serving = opened.filter(({ space }) => space.state === 'serving');
    const filling = opened.filter(({ space }) => space.state !== 'serving');
    for (const { space, after } of [...serving, ...filling]) await fill(space, { after, upTo: origin.head });
    position = origin.head;
  };

  const applyPage = async (page: readonly Change[], registry: SpaceRegistry): Promise<void> => {
    const upTo = page.at(-1)!.change;
    const spaceChanges = page.filter((change) => change.kind === 'space');
    for (const change of spaceChanges) {
      if (change.state === 'retired' || registry.has(change)) continue;
      await fill(change, { after: await open(change, upTo), upTo });
    }
    const rows = page.filter((change) => change.kind !== 'space');
    await apply(rows);
    // All at once, so that there is no moment at which none serves.
    for (const change of spaceChanges) registry.set(change);
    for (const change of spaceChanges) if (change.state === 'retired') await engine.drop(change);
    position = upTo;
    progress.notify();
  };

  const follow = async (registry: SpaceRegistry): Promise<void> => {
    while (!isStopped) {
      isHinted = false;
      const page = await patiently(() => feed.read(position, pageSize));
      if (page.length > 0) await applyPage(page, registry);
      behindSinceMs = page.length < pageSize ? undefined : (behindSinceMs ?? performance.now());
      if (page.length < pageSize && !isCaughtUp) {
        isCaughtUp = true;
        progress.notify();
      }
      onSettled(position);
      if (page.length < pageSize && !isHinted && !isStopped) await wake.wait(pollMs);
    }
  };

  return {
    get position() {
      return position;
    },
    get isCaughtUp() {
      return isCaughtUp;
    },
    get isBehind() {
      return behindSinceMs !== undefined && performance.now() - behindSinceMs > BEHIND_MS;
    },
    get spaces() {
      return spaces;
    },
    progress,
    async run() {
      try {
        await catchUp();
        if (spaces) await follow(spaces);
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
      }
    },
    hint() {
      isHinted = true;
      wake.notify();
    },
    stop() {
      isStopped = true;
      wake.notify();
      progress.notify();
    },
  };
}
