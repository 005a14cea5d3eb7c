import type { Change } from '@kindred/index/domain/change';
import type { SpaceKey } from '@kindred/index/domain/space';
import type { IndexEngine } from '@kindred/index/ports/index-engine';
import { catalogIdSchema, type SpaceId } from '@kindred/shared/id';
import type { EmbeddedItem } from './embedded-items.ts';

const PAGE = 1_000;

/** The catalog that an engine is given the items in. */
export function benchSpace(space: SpaceId): SpaceKey {
  return { catalog: catalogIdSchema.parse('bench'), space };
}

/** The rows of items, then those of their embeddings; change numbers from 1. */
export function changesOf(items: readonly EmbeddedItem[], key: SpaceKey): readonly Change[] {
  return [
    ...items.map(
      ({ item, fields }, i): Change => ({ ...key, kind: 'item', change: i + 1, item, fields, spaces: [key.space] }),
    ),
    ...items.map(
      ({ item, vector }, i): Change => ({ ...key, kind: 'embedding', change: items.length + i + 1, item, vector }),
    ),
  ];
}

/** Applies changes in pages, as the service does. @throws Error when a vector is rejected. */
export async function applyInPages(engine: IndexEngine, changes: readonly Change[]): Promise<void> {
  for (let start = 0; start < changes.length; start += PAGE) {
    const rejections = await engine.apply(changes.slice(start, start + PAGE));
    if (rejections.length > 0) throw new Error(`the index rejected ${rejections.length} vectors`);
  }
}
