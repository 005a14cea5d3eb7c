import type { ItemFields } from '@kindred/shared/catalog';
import { filterFieldsOf } from '@kindred/shared/filter';
import type { CatalogId, ItemId } from '@kindred/shared/id';
import type { Change, ChangeRange, EmbeddingChange, ItemChange, SpaceChange } from '../domain/change.ts';
import type { Space, SpaceKey } from '../domain/space.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';

type Item = Omit<ItemChange, 'spaces'>;

/**
 * The tables of the catalog in memory, with their rules: for tests that need no database. Each write takes the next
 * change number and returns it.
 */
export class MemoryChangeFeed implements ChangeFeed {
  /** While set, every reading fails. */
  failure: Error | undefined;
  readonly #source: string;
  readonly #items = new Map<string, Item>();
  readonly #embeddings = new Map<string, EmbeddingChange>();
  readonly #spaces = new Map<string, SpaceChange>();
  readonly #waiting = new Map<string, { catalog: CatalogId; change: number }>();
  #head = 0;

  /** @param source  The source that `origin` answers. */
  constructor(source = 'memory') {
    this.#source = source;
  }

  putSpace(space: Space): number {
    this.#spaces.set(keyOf(space.catalog, space.space), { kind: 'space', change: ++this.#head, ...space });
    return this.#head;
  }

  putItem(catalog: CatalogId, item: ItemId, fields: ItemFields): number {
    const change = ++this.#head;
    this.#items.set(keyOf(catalog, item), { kind: 'item', change, catalog, item, fields: filterFieldsOf(fields) });
    return change;
  }

  /** Deletes the item with its embeddings; it waits for none any more. */
  deleteItem(catalog: CatalogId, item: ItemId): number {
    const change = ++this.#head;
    this.#items.set(keyOf(catalog, item), { kind: 'item', change, catalog, item, fields: undefined });
    this.#waiting.delete(keyOf(catalog, item));
    for (const [key, embedding] of this.#embeddings) {
      if (embedding.catalog === catalog && embedding.item === item) this.#embeddings.delete(key);
    }
    return change;
  }

  putEmbedding({ catalog, space }: SpaceKey, item: ItemId, vector: Float32Array): number {
    const change = ++this.#head;
    this.#embeddings.set(keyOf(catalog, space, item), { kind: 'embedding', change, catalog, space, item, vector });
    this.#waiting.delete(keyOf(catalog, item));
    return change;
  }

  /** Has an item wait for its embedding in the serving space, until that is put. */
  enqueue(catalog: CatalogId, item: ItemId): void {
    this.#waiting.set(keyOf(catalog, item), { catalog, change: this.#head });
  }

  async origin(): Promise<{ readonly source: string; readonly head: number }> {
    return this.#reading({ source: this.#source, head: this.#head });
  }

  async spaces(): Promise<readonly SpaceChange[]> {
    return this.#reading([...this.#spaces.values()]);
  }

  async read(after: number, limit: number): Promise<readonly Change[]> {
    const items = [...this.#items.values()].map((item) => this.#withSpaces(item));
    const rows = [...items, ...this.#embeddings.values(), ...this.#spaces.values()];
    return this.#reading(pageOf<Change>(rows, { after, upTo: this.#head }, limit));
  }

  async items(range: ChangeRange, limit: number): Promise<readonly ItemChange[]> {
    return this.#reading(pageOf(this.#items.values(), range, limit).map((item) => this.#withSpaces(item)));
  }

  async embeddings(
    { catalog, space }: SpaceKey,
    range: ChangeRange,
    limit: number,
  ): Promise<readonly EmbeddingChange[]> {
    const rows = [...this.#embeddings.values()].filter((each) => each.catalog === catalog && each.space === space);
    return this.#reading(pageOf(rows, range, limit));
  }

  async progress(catalog: CatalogId, change: number): Promise<{ readonly isPending: boolean; readonly head: number }> {
    const isPending = [...this.#waiting.values()].some((each) => each.catalog === catalog && each.change <= change);
    return this.#reading({ isPending, head: this.#head });
  }

  #withSpaces(item: Item): ItemChange {
    const embedded = [...this.#spaces.values()].filter(
      ({ catalog, space }) => catalog === item.catalog && this.#embeddings.has(keyOf(catalog, space, item.item)),
    );
    return { ...item, spaces: embedded.map(({ space }) => space) };
  }

  #reading<T>(result: T): T {
    if (this.failure) throw this.failure;
    return result;
  }
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

/** The first rows of a range; all rows of the last change number. */
function pageOf<Row extends Change | Item>(
  rows: Iterable<Row>,
  { after, upTo }: ChangeRange,
  limit: number,
): readonly Row[] {
  const inRange = [...rows].filter(({ change }) => change > after && change <= upTo);
  inRange.sort((left, right) => left.change - right.change);
  const last = inRange[limit - 1];
  return last === undefined ? inRange : inRange.filter(({ change }) => change <= last.change);
}
