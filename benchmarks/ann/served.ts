import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkerIndexEngine } from '@kindred/index/adapters/hnsw/worker/worker-index-engine';
import type { Change } from '@kindred/index/domain/change';
import type { SpaceKey } from '@kindred/index/domain/space';
import type { SpaceStatus } from '@kindred/index/ports/index-engine';
import type { ItemId, SpaceId } from '@kindred/shared/id';
import type { Neighbor, NeighborQuery } from '@kindred/shared/neighbor';
import type { EmbeddedItems } from './embedded-items.ts';
import { applyInPages, benchSpace, changesOf } from './engine-changes.ts';
import type { NeighborFinder } from './neighbor-finder.ts';

const POLL_MS = 20;

/** The index as the service has it: in its thread, with its own parameters, fed in pages. */
export class Served implements NeighborFinder {
  readonly name = 'kindred';
  readonly #engine: WorkerIndexEngine;
  readonly #death = Promise.withResolvers<never>();
  readonly #root: string;
  readonly #key: SpaceKey;
  #change: number;
  #buildMs = 0;

  private constructor(root: string, key: SpaceKey, change: number) {
    this.#root = root;
    this.#key = key;
    this.#change = change;
    this.#death.promise.catch(() => {});
    this.#engine = new WorkerIndexEngine({ root, onDeath: this.#death.reject });
  }

  /** @param space  The space that the vectors are of. */
  static async start({ dimensions, items }: EmbeddedItems, space: SpaceId): Promise<Served> {
    const key = benchSpace(space);
    const changes = changesOf(items, key);
    const root = await mkdtemp(join(tmpdir(), 'kindred-bench-index-'));
    const served = new Served(root, key, changes.length);
    await served.#engine.open({ ...key, dimensions, source: 'bench', head: 0 });
    const startMs = performance.now();
    await applyInPages(served.#engine, changes);
    await served.settle();
    served.#buildMs = performance.now() - startMs;
    return served;
  }

  /** Time from the first page to the last vector in the graph. */
  get buildMs(): number {
    return this.#buildMs;
  }

  async search(query: NeighborQuery): Promise<readonly Neighbor[]> {
    return (await this.#engine.search(this.#key, [query])).neighbors[0] ?? [];
  }

  /** Resolves once the items are no neighbors any more; their vectors may still be in memory. */
  remove(removed: readonly ItemId[]): Promise<void> {
    const changes = removed.map(
      (item): Change => ({
        ...this.#key,
        kind: 'item',
        change: ++this.#change,
        item,
        fields: undefined,
        spaces: [],
      }),
    );
    return applyInPages(this.#engine, changes);
  }

  /** Waits until nothing is left to build. */
  async settle(): Promise<void> {
    for (let isWaiting = true; isWaiting; ) {
      const { unindexed, tombstones, size } = await this.status();
      isWaiting = unindexed > 0 || tombstones > size / 4;
      if (isWaiting) await Promise.race([sleep(POLL_MS), this.#death.promise]);
    }
  }

  async status(): Promise<SpaceStatus> {
    const [found] = (await this.#engine.status()).spaces;
    if (found === undefined) throw new Error('the index holds no space');
    return found;
  }

  async close(): Promise<void> {
    await this.#engine.close();
    await rm(this.#root, { recursive: true, force: true });
  }
}
