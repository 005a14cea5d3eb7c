import type { Filter } from '@kindred/shared/catalog';
import type { ItemId, UserId } from '@kindred/shared/id';
import type { SourceName } from '@kindred/shared/model/candidate-sources';
import type { ItemDetails } from '../reads/item-details.ts';

export interface RecommendRequest {
  readonly user: UserId;
  readonly limit: number;
  readonly exclude: readonly ItemId[];
  readonly filter: Filter | undefined;
  /** In [0, 1]. */
  readonly diversity: number;
  readonly includeSeen: boolean;
  readonly explain: boolean;
  readonly expand: boolean;
  readonly atMs: number;
  readonly seed: number;
}

export interface Recommendation {
  readonly item: ItemId;
  readonly score: number;
  readonly sources: readonly SourceName[];
  readonly explanation?: Explanation;
  readonly details?: ItemDetails;
}

export interface Explanation {
  /** `trained` if the score is made by weights trained on the catalog's history. */
  readonly weights: 'trained' | 'fixed';
  /** One number per part (a source's name with fixed weights), and `diversity` ≤ 0; they sum to the score. */
  readonly parts: Readonly<Record<string, number>>;
  readonly sources: readonly { readonly source: SourceName; readonly rank: number; readonly score: number }[];
  /** Items of the user's own history, strongest cause first. */
  readonly because: readonly ItemId[];
}

export interface Slate {
  /** Hash of the user, the request and the rest of the answer. */
  readonly slate: string;
  readonly at: string;
  readonly seed: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly degraded: readonly string[];
  readonly items: readonly Recommendation[];
}
