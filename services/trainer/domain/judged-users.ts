import { HISTORY_ITEMS_MAX, type HistoryItem, RECENT_ITEMS } from '@kindred/shared/model/item-model';
import { rowCountOf, type SparseRows } from '@kindred/shared/model/sparse-rows';
import { type HeldOut, hashOf } from './held-out.ts';
import type { Moments } from './training-data.ts';

/** A user whose held-out positives a ranking is judged by. */
export interface JudgedUser {
  /** The user's row. */
  readonly user: number;
  /** What may be known of them; latest first where times tell what came when. */
  readonly history: readonly HistoryItem[];
  /** How many items of it they liked. */
  readonly likedCount: number;
  /** What is no candidate for them. */
  readonly known: ReadonlySet<number>;
  /** What they turned out to like; at least one. */
  readonly liked: ReadonlySet<number>;
  /** What finding each of those is worth, above 0. */
  readonly worths: ReadonlyMap<number, number>;
}

/** At most about `countMax` users, chosen by a hash, of those with something kept that they liked and something held out. */
export function judgedUsers(
  { kept, keptMoments, known, liked }: HeldOut,
  countMax: number,
  seed: number,
): readonly JudgedUser[] {
  const users: number[] = [];
  for (let user = 0; user < rowCountOf(kept); user++) {
    if (liked.starts[user] === liked.starts[user + 1]) continue;
    if (kept.values.subarray(kept.starts[user], kept.starts[user + 1]).some((strength) => strength > 0))
      users.push(user);
  }
  const share = countMax / users.length;
  return users
    .filter((user) => hashOf(seed, user, 0) < share)
    .map((user) => {
      const history = historyOf(kept, keptMoments, user);
      return {
        user,
        history,
        likedCount: history.filter(({ strength }) => strength > 0).length,
        known: itemsOf(known, user),
        liked: itemsOf(liked, user),
        worths: worthsOf(liked, user),
      };
    });
}

/** The user as if nobody had met what is hidden: it may be recommended, and what they liked of it is to be found. */
export function beforeHidden(user: JudgedUser, { kept, known, hidden }: HeldOut): JudgedUser {
  const liked = new Set(user.liked);
  for (let i = known.starts[user.user]!; i < known.starts[user.user + 1]!; i++) {
    if (known.values[i]! > 0 && hidden[known.columns[i]!] === 1) liked.add(known.columns[i]!);
  }
  return { ...user, known: itemsOf(kept, user.user), liked };
}

function itemsOf({ starts, columns }: SparseRows, user: number): ReadonlySet<number> {
  return new Set(columns.subarray(starts[user], starts[user + 1]));
}

function worthsOf({ starts, columns, values }: SparseRows, user: number): ReadonlyMap<number, number> {
  const worths = new Map<number, number>();
  for (let i = starts[user]!; i < starts[user + 1]!; i++) worths.set(columns[i]!, values[i]!);
  return worths;
}

function historyOf(
  { starts, columns, values }: SparseRows,
  moments: Moments | undefined,
  user: number,
): readonly HistoryItem[] {
  const entries = Array.from({ length: starts[user + 1]! - starts[user]! }, (_, place) => starts[user]! + place);
  if (moments !== undefined) entries.sort((a, b) => moments.ages[a]! - moments.ages[b]! || a - b);
  let likedCount = 0;
  return entries.slice(0, HISTORY_ITEMS_MAX).map((i) => {
    const strength = values[i]!;
    if (strength > 0) likedCount++;
    const isRecent = moments !== undefined && strength > 0 && likedCount <= RECENT_ITEMS;
    return { number: columns[i]!, strength, isRecent };
  });
}
