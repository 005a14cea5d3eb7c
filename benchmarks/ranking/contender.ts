import type { ItemId } from '@kindred/shared/id';
import type { TrainingData } from '@kindred/trainer/history/training-data';
import type { MatrixProduct } from '@kindred/trainer/matrix/matrix-product';
import type { EvaluatedUser, Rows, Scope } from './protocol.ts';
import type { ServedCatalog } from './served-catalog.ts';

/** What a contender learns from; nothing in it is of the target. */
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
  /** Whether it says anything of an item that nobody engaged with: only then it is judged on new items. */
  readonly knowsNewItems: boolean;
  /** Why it has nothing to say of these data, such as rows without times; absent for one that always has. */
  unfit?(task: FitTask): string | undefined;
  fit(task: FitTask): Promise<Fitted>;
}

export interface Fitted {
  /** What was set or chosen, for the result. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** What ranked, where more than one version could; told after the last user. */
  versions?(): { readonly ranked: Readonly<Record<string, string>>; readonly count: number };
  /** How long fitting took, where that is not how long `fit` did: an engine's start is no part of it. */
  readonly fitSeconds?: number;
  /** @returns At most `RANKED_MAX` items, best first, without repeats and without what the user has seen. */
  rank(user: EvaluatedUser, scope: Scope): Promise<readonly ItemId[]>;
  close(): Promise<void>;
}
