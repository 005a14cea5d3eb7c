import { ExactIndexEngine } from '@kindred/index/adapters/exact/exact-index-engine';
import type { SpaceId } from '@kindred/shared/id';
import type { EmbeddedItems } from './embedded-items.ts';
import { applyInPages, benchSpace, changesOf } from './engine-changes.ts';
import type { NeighborFinder } from './neighbor-finder.ts';

/** The engine that compares with everything. Its recall is below 1 only where this benchmark is wrong. */
export async function exact({ dimensions, items }: EmbeddedItems, space: SpaceId): Promise<NeighborFinder> {
  const key = benchSpace(space);
  const engine = new ExactIndexEngine();
  await engine.open({ ...key, dimensions, source: 'bench', head: 0 });
  await applyInPages(engine, changesOf(items, key));
  return { name: 'exact', search: async (query) => (await engine.search(key, [query])).neighbors[0] ?? [] };
}
