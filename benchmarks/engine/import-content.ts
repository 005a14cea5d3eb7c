import { join } from 'node:path';
import { parseRow, RowError } from '@kindred/cli/dataset-folder/row-error';
import { datasetPlan } from '@kindred/cli/import/dataset-plan';
import { type Item, itemSchema } from '@kindred/shared/catalog';
import { type Event, eventSchema } from '@kindred/shared/event';
import type { CatalogId } from '@kindred/shared/id';

/** The rows of one file, or of what takes its place. */
export interface ContentPart {
  readonly name: string;
  /** Number of rows, some of which may be left out. */
  readonly total: number;
  /**
   * Streams in the order of import.
   * @param startedAt  ISO 8601: the time of events that have none.
   * @throws {RowError} at the first row that the API would refuse.
   */
  batches(startedAt: string): AsyncIterable<ContentBatch>;
}

export interface ContentBatch {
  readonly items: readonly Item[];
  readonly events: readonly Event[];
  /** Number of rows of the part so far. */
  readonly done: number;
}

export interface DatasetContentOptions {
  readonly catalog: CatalogId;
  /** True if the training row on this line of its file is imported; the header is line 1. */
  readonly takes: (line: number) => boolean;
  /** Changes an item before it is imported, as the new-item protocol does to mark it. */
  readonly marked?: (item: Item) => Item;
}

/** Reads a data-set folder as `kindred import` would send it: items, and training rows as events. */
export async function datasetContent(
  folder: string,
  { catalog, takes, marked = (item) => item }: DatasetContentOptions,
): Promise<readonly ContentPart[]> {
  const { parts } = await datasetPlan(folder, catalog);
  return parts.map(({ fileName, lineCount, rows }) => ({
    name: fileName,
    total: lineCount,
    async *batches(startedAt) {
      for await (const batch of rows({ afterLine: 0, startedAt })) {
        const items: Item[] = [];
        const events: Event[] = [];
        for (const row of batch) {
          const place = { path: join(folder, fileName), line: row.line };
          if (row.kind === 'bad') throw new RowError(place, row.problem);
          if (row.kind === 'item') items.push(marked(parseRow(itemSchema, JSON.parse(row.json), place)));
          else if (takes(row.line)) events.push(parseRow(eventSchema, JSON.parse(row.json), place));
        }
        yield { items, events, done: batch.at(-1)?.line ?? 0 };
      }
    },
  }));
}
