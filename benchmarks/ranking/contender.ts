import type { ItemId } from '@kindred/shared/id';
import type { TrainingData } from '@kindred/trainer/history/training-data';
import type { MatrixProduct } from '@kindred/trainer/matrix/matrix-product';
import type { EvaluatedUser, Rows, Scope } from './protocol.ts';
import type { ServedCatalog } from './served-catalog.ts';

/** Training data of a contender; nothing in it is of the target. */
export interface FitTask {
  /**
   * The catalog by number. Numbers follow a hash of the items and the seed, so that a tie which goes to the smaller
   * number follows the order of no file. `strengths` has the training rows: 1 for a positive, 0 for another row.
   */
  readonly data: TrainingData;
  readonly numbers: ReadonlyMap<ItemId, number>;
  readonly train: Rows;
  /** Items of the new-item protocol, without a row in training; none outside of it. */
  readonly newItems: ReadonlySet<ItemId>;
  readonly served: ServedCatalog;
  readonly multiply: MatrixProduct;
  readonly seed: number;
}

/** Something that ranks a whole catalog for a user. */
export interface Contender {
  readonly name: string;
  /** True if it can score an item that nobody engaged with: only then it is judged on new items. */
  readonly knowsNewItems: boolean;
  /** Reason for which it cannot rank these data, such as rows without times; absent for a contender that always can. */
  unfit?(task: FitTask): string | undefined;
  fit(task: FitTask): Promise<Fitted>;
}

export interface Fitted {
  /** Parameters that were set or chosen, for the result. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** Versions that ranked, if more than one could; known after the last user. */
  versions?(): { readonly ranked: Readonly<Record<string, string>>; readonly count: number };
  /** Seconds of fitting, if they differ from those of `fit`: an engine's start is no part of them. */
  readonly fitSeconds?: number;
  /** @returns At most `RANKED_MAX` items, best first, without repeats and without what the user has seen. */
  rank(user: EvaluatedUser, scope: Scope): Promise<readonly ItemId[]>;
  close(): Promise<void>;
}
