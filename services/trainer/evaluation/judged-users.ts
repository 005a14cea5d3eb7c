import { HISTORY_ITEMS_MAX, type HistoryItem, RECENT_ITEMS } from '@kindred/shared/model/item-model';
import { rowCountOf, type SparseRows } from '@kindred/shared/numeric/sparse-rows';
import type { InteractionTimes } from '../history/training-data.ts';
import { HELD_OUT_SHARE, type HeldOut, hashOf } from './held-out.ts';

/** A user whose held-out positives a ranking is judged by. */
export interface JudgedUser {
  /** The user's row. */
  readonly user: number;
  /** What may be known of them; latest first where times tell what came when. */
  readonly history: readonly HistoryItem[];
  /** How many items of it they liked. */
  readonly likedCount: number;
  /** What they met before, that is, what is no candidate for them unless it is hidden. */
  readonly known: ReadonlySet<number>;
  /** What they turned out to like; at least one. */
  readonly liked: ReadonlySet<number>;
  /**
   * What finding each of those is worth, above 0. New items have been met by nobody: of what is hidden all that the user
   * liked is worth finding. Of what is not hidden a part is held out, so what is hidden counts by that part.
   */
  readonly gains: ReadonlyMap<number, number>;
}

/** At most about `countMax` users, chosen by a hash, of those with something kept that they liked and something held out. */
export function judgedUsers(held: HeldOut, countMax: number, seed: number): readonly JudgedUser[] {
  const { kept, keptInteractionTimes, known, liked } = held;
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
      const history = historyOf(kept, keptInteractionTimes, user);
      return {
        user,
        history,
        likedCount: history.filter(({ strength }) => strength > 0).length,
        known: itemsOf(known, user),
        liked: itemsOf(liked, user),
        gains: gainsOf(held, user),
      };
    });
}

function itemsOf({ starts, columns }: SparseRows, user: number): ReadonlySet<number> {
  return new Set(columns.subarray(starts[user], starts[user + 1]));
}

function gainsOf({ known, liked, hidden }: HeldOut, user: number): ReadonlyMap<number, number> {
  const gains = new Map<number, number>();
  for (let i = liked.starts[user]!; i < liked.starts[user + 1]!; i++) {
    const item = liked.columns[i]!;
    gains.set(item, (hidden[item] === 1 ? HELD_OUT_SHARE : 1) * liked.values[i]!);
  }
  for (let i = known.starts[user]!; i < known.starts[user + 1]!; i++) {
    const item = known.columns[i]!;
    if (known.values[i]! > 0 && hidden[item] === 1) gains.set(item, HELD_OUT_SHARE);
  }
  return gains;
}

function historyOf(
  { starts, columns, values }: SparseRows,
  interactionTimes: InteractionTimes | undefined,
  user: number,
): readonly HistoryItem[] {
  const entries = Array.from({ length: starts[user + 1]! - starts[user]! }, (_, place) => starts[user]! + place);
  if (interactionTimes !== undefined)
    entries.sort((a, b) => interactionTimes.ages[a]! - interactionTimes.ages[b]! || a - b);
  let likedCount = 0;
  return entries.slice(0, HISTORY_ITEMS_MAX).map((i) => {
    const strength = values[i]!;
    if (strength > 0) likedCount++;
    const isRecent = interactionTimes !== undefined && strength > 0 && likedCount <= RECENT_ITEMS;
    return { number: columns[i]!, strength, isRecent };
  });
}
