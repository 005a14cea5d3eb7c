import type { CatalogId } from '@kindred/shared/id';
import type { TrainingData } from './history/training-data.ts';

export interface HistoryCounts {
  readonly items: number;
  /** Users with any event. */
  readonly users: number;
  /** Pairs of a user and an item that exists and that they did not hide. */
  readonly pairs: number;
}

export interface History {
  readonly data: TrainingData;
  /** Number of the last change that it holds, of an event or an erasure; 0 without any. */
  readonly eventsChange: number;
  readonly counts: HistoryCounts;
  /**
   * Share, in [0, 1], of the pairs of user and item with engagements on two or more UTC days, among those whose first
   * engagement lies at least a week before the catalog's last event; 0 without any. Hidden and deleted items count.
   */
  readonly repeatShare: number;
}

/** Source of a catalog's items and history. */
export interface HistorySource {
  /**
   * Reads all of a catalog as it is at one moment: its items, their embeddings in the serving space, and what its users
   * did with them. Users come in the order of their ids; items in that of their bytes.
   * @param onRows  Called now and then with the number of rows read since the last call.
   */
  read(catalog: CatalogId, onRows: (count: number) => void): Promise<History>;
}
