import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWorkerEngine } from '@kindred/index/adapters/hnsw/worker/worker-index-engine';
import type { EmbeddingChange, ItemChange, SpaceKey, SpaceStatus } from '@kindred/index/ports/index-engine';
import { catalogIdSchema, type ItemId, type SpaceId } from '@kindred/shared/id';
import type { EmbeddedItems } from './embedded-items.ts';
import type { NeighborFinder } from './neighbor-finder.ts';

/** The index as the service has it: in its thread, with its own parameters, fed in pages. */
export interface Served extends NeighborFinder {
  /** From the first page to the last vector in the graph. */
  readonly buildMs: number;
  /** Resolves once all are out of the fields; their vectors may still be in memory. */
  remove(items: readonly ItemId[]): Promise<void>;
  /** Waits until nothing is left to build. */
  settle(): Promise<void>;
  status(): Promise<SpaceStatus>;
  close(): Promise<void>;
}

const PAGE = 1_000;
const POLL_MS = 20;

/** @param space  The space that the vectors are of. */
export async function served({ dimensions, items }: EmbeddedItems, space: SpaceId): Promise<Served> {
  const root = await mkdtemp(join(tmpdir(), 'kindred-bench-index-'));
  const key: SpaceKey = { catalog: catalogIdSchema.parse('bench'), space };
  const death = Promise.withResolvers<never>();
  death.promise.catch(() => {});
  const engine = createWorkerEngine({ root, onDeath: death.reject });
  let change = 0;

  const status = async (): Promise<SpaceStatus> => {
    const [found] = await engine.status();
    if (found === undefined) throw new Error('the index holds no space');
    return found;
  };
  const apply = async (changes: readonly (ItemChange | EmbeddingChange)[]): Promise<void> => {
    for (let start = 0; start < changes.length; start += PAGE) {
      const rejections = await engine.apply(changes.slice(start, start + PAGE));
      if (rejections.length > 0) throw new Error(`the index rejected ${rejections.length} vectors`);
    }
  };
  const settle = async (): Promise<void> => {
    for (let waiting = true; waiting; ) {
      const { unindexed, tombstones, size } = await status();
      waiting = unindexed > 0 || tombstones > size / 4;
      if (waiting) await Promise.race([sleep(POLL_MS), death.promise]);
    }
  };

  await engine.open({ ...key, dimensions, source: 'bench', head: 0 });
  const fields = items.map(
    ({ item, fields }): ItemChange => ({ ...key, kind: 'item', change: ++change, item, fields, spaces: [space] }),
  );
  const embeddings = items.map(
    ({ item, vector }): EmbeddingChange => ({ ...key, kind: 'embedding', change: ++change, item, vector }),
  );
  const startMs = performance.now();
  await apply([...fields, ...embeddings]);
  await settle();
  return {
    name: 'kindred',
    buildMs: performance.now() - startMs,
    search: async (query) => (await engine.search(key, [query])).neighbors[0] ?? [],
    remove: (removed) =>
      apply(
        removed.map(
          (item): ItemChange => ({ ...key, kind: 'item', change: ++change, item, fields: undefined, spaces: [] }),
        ),
      ),
    settle,
    status,
    async close() {
      await engine.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
