import type { HistoryItem } from '@kindred/shared/model/item-model';
import { rowCountOf, type SparseRows } from '@kindred/shared/model/sparse-rows';
import { type HeldOut, hashOf } from './held-out.ts';

/** A user whose held-out positives a ranking is judged by. */
export interface JudgedUser {
  /** The user's row. */
  readonly user: number;
  /** What may be known of them. */
  readonly history: readonly HistoryItem[];
  /** How many items of it they liked. */
  readonly likedCount: number;
  /** What is no candidate for them. */
  readonly known: ReadonlySet<number>;
  /** What they turned out to like; at least one. */
  readonly liked: ReadonlySet<number>;
}

/** At most about `countMax` users, chosen by a hash, of those with something kept that they liked and something held out. */
export function judgedUsers({ kept, known, liked }: HeldOut, countMax: number, seed: number): readonly JudgedUser[] {
  const users: number[] = [];
  for (let user = 0; user < rowCountOf(kept); user++) {
    if (liked.starts[user] === liked.starts[user + 1]) continue;
    if (kept.values.subarray(kept.starts[user], kept.starts[user + 1]).some((strength) => strength > 0))
      users.push(user);
  }
  const share = countMax / users.length;
  return users
    .filter((user) => hashOf(seed, user, 0) < share)
    .map((user) => ({
      user,
      history: historyOf(kept, user),
      likedCount: likedCountOf(kept, user),
      known: itemsOf(known, user),
      liked: itemsOf(liked, user),
    }));
}

function itemsOf({ starts, columns }: SparseRows, user: number): ReadonlySet<number> {
  return new Set(columns.subarray(starts[user], starts[user + 1]));
}

function historyOf({ starts, columns, values }: SparseRows, user: number): readonly HistoryItem[] {
  const history: HistoryItem[] = [];
  for (let i = starts[user]!; i < starts[user + 1]!; i++) history.push({ number: columns[i]!, strength: values[i]! });
  return history;
}

function likedCountOf({ starts, values }: SparseRows, user: number): number {
  return values.subarray(starts[user], starts[user + 1]).reduce((sum, strength) => sum + (strength > 0 ? 1 : 0), 0);
}
