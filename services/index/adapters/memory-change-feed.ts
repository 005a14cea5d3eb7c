import type { ItemFields } from '@kindred/shared/catalog';
import { filterFieldsOf } from '@kindred/shared/filter';
import type { CatalogId, ItemId } from '@kindred/shared/id';
import type { Space } from '../domain/space.ts';
import type { Change, ChangeFeed, EmbeddingChange, ItemChange, SpaceChange, SpaceKey } from '../ports/index-engine.ts';

type Item = Omit<ItemChange, 'spaces'>;

/** The tables of the catalog in memory, with their rules: for tests that need no database. */
export interface MemoryChangeFeed extends ChangeFeed {
  /** Each write gets the next change number, which it returns. */
  putSpace(space: Space): number;
  putItem(catalog: CatalogId, item: ItemId, fields: ItemFields): number;
  /** Deletes the item, its embeddings and what it waits for. */
  deleteItem(catalog: CatalogId, item: ItemId): number;
  putEmbedding(space: SpaceKey, item: ItemId, vector: Float32Array): number;
  /** Says that an item waits for its embedding in the serving space, until it is put. */
  enqueue(catalog: CatalogId, item: ItemId): void;
  /** While set, every reading fails. */
  failure: Error | undefined;
}

/** @param source  As `origin` answers. */
export function createMemoryChangeFeed(source = 'memory'): MemoryChangeFeed {
  const items = new Map<string, Item>();
  const embeddings = new Map<string, EmbeddingChange>();
  const spaces = new Map<string, SpaceChange>();
  const waiting = new Map<string, { catalog: CatalogId; change: number }>();
  let head = 0;
  const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts);

  const withSpaces = (item: Item): ItemChange => {
    const embedded = [...spaces.values()].filter((each) => {
      return each.catalog === item.catalog && embeddings.has(keyOf(item.catalog, each.space, item.item));
    });
    return { ...item, spaces: embedded.map(({ space }) => space) };
  };

  /** A page holds all rows of its last change. */
  const page = <Row extends Change | Item>(
    rows: Iterable<Row>,
    range: { after: number; upTo: number; limit: number },
  ): Row[] => {
    const inRange = [...rows].filter(({ change }) => change > range.after && change <= range.upTo);
    inRange.sort((left, right) => left.change - right.change);
    const last = inRange[range.limit - 1];
    return last === undefined ? inRange : inRange.filter(({ change }) => change <= last.change);
  };

  const feed: MemoryChangeFeed = {
    failure: undefined,
    putSpace(space) {
      spaces.set(keyOf(space.catalog, space.space), { kind: 'space', change: ++head, ...space });
      return head;
    },
    putItem(catalog, item, fields) {
      items.set(keyOf(catalog, item), { kind: 'item', change: ++head, catalog, item, fields: filterFieldsOf(fields) });
      return head;
    },
    deleteItem(catalog, item) {
      items.set(keyOf(catalog, item), { kind: 'item', change: ++head, catalog, item, fields: undefined });
      waiting.delete(keyOf(catalog, item));
      for (const [key, embedding] of embeddings) {
        if (embedding.catalog === catalog && embedding.item === item) embeddings.delete(key);
      }
      return head;
    },
    putEmbedding({ catalog, space }, item, vector) {
      embeddings.set(keyOf(catalog, space, item), { kind: 'embedding', change: ++head, catalog, space, item, vector });
      waiting.delete(keyOf(catalog, item));
      return head;
    },
    enqueue(catalog, item) {
      waiting.set(keyOf(catalog, item), { catalog, change: head });
    },
    origin: async () => reading({ source, head }),
    spaces: async () => reading([...spaces.values()]),
    async read(after, limit) {
      const rows = [...[...items.values()].map(withSpaces), ...embeddings.values(), ...spaces.values()];
      return reading(page<Change>(rows, { after, upTo: head, limit }));
    },
    items: async (range, limit) => reading(page(items.values(), { ...range, limit }).map(withSpaces)),
    async embeddings({ catalog, space }, range, limit) {
      const rows = [...embeddings.values()].filter((each) => each.catalog === catalog && each.space === space);
      return reading(page(rows, { ...range, limit }));
    },
    async progress(catalog, change) {
      const isPending = [...waiting.values()].some((each) => each.catalog === catalog && each.change <= change);
      return reading({ isPending, head });
    },
  };
  const reading = <T>(result: T): T => {
    if (feed.failure) throw feed.failure;
    return result;
  };
  return feed;
}
