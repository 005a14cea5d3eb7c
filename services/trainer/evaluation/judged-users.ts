import type { HistoryItem } from '@kindred/shared/model/item-model';
import { userHistory } from '@kindred/shared/model/user-history';
import { rowCountOf, type SparseRows } from '@kindred/shared/numeric/sparse-rows';
import type { InteractionTimes } from '../history/interaction-times.ts';
import { HELD_OUT_SHARE, type HeldOut, isJudgeable } from './held-out.ts';
import { hashOf } from './seeded-hash.ts';

/** A user by whose targets a ranking is judged; items by number. */
export interface JudgedUser {
  /** The user's row. */
  readonly user: number;
  /** Items of `kept`, latest first where times tell what came when; at most `HISTORY_ITEMS_MAX`. */
  readonly history: readonly HistoryItem[];
  /** Items of the history that the user liked. */
  readonly likedCount: number;
  /** Items that are no candidates, unless they are hidden. */
  readonly masked: ReadonlySet<number>;
  /** Held-out positives; at least one. */
  readonly targets: ReadonlySet<number>;
  /**
   * Gain of finding each item, above 0: of the targets, and of all hidden items that the user liked. Nobody has met a new
   * item, so all positives of a hidden one are to be found, where of the others a part is held out: a hidden item counts by
   * that part.
   */
  readonly gains: ReadonlyMap<number, number>;
}

/** Users with a target and a positive that is kept: all, or about `countMax` of them, chosen by a hash; rising. */
export function judgedUsers(held: HeldOut, countMax: number, seed: number): readonly JudgedUser[] {
  const { kept, keptInteractionTimes, masked, targets } = held;
  const users: number[] = [];
  for (let user = 0; user < rowCountOf(kept); user++) if (isJudgeable(kept, targets, user)) users.push(user);
  const share = countMax / users.length;
  return users
    .filter((user) => hashOf(seed, user, 0) < share)
    .map((user) => {
      const history = historyOf(kept, keptInteractionTimes, user);
      return {
        user,
        history,
        likedCount: history.filter(({ strength }) => strength > 0).length,
        masked: itemsOf(masked, user),
        targets: itemsOf(targets, user),
        gains: gainsOf(held, user),
      };
    });
}

function itemsOf({ starts, columns }: SparseRows, user: number): ReadonlySet<number> {
  return new Set(columns.subarray(starts[user], starts[user + 1]));
}

function gainsOf({ masked, targets, hidden }: HeldOut, user: number): ReadonlyMap<number, number> {
  const gains = new Map<number, number>();
  for (let i = targets.starts[user]!; i < targets.starts[user + 1]!; i++) {
    const item = targets.columns[i]!;
    gains.set(item, (hidden[item] === 1 ? HELD_OUT_SHARE : 1) * targets.values[i]!);
  }
  for (let i = masked.starts[user]!; i < masked.starts[user + 1]!; i++) {
    const item = masked.columns[i]!;
    if (masked.values[i]! > 0 && hidden[item] === 1) gains.set(item, HELD_OUT_SHARE);
  }
  return gains;
}

function historyOf(
  { starts, columns, values }: SparseRows,
  interactionTimes: InteractionTimes | undefined,
  user: number,
): readonly HistoryItem[] {
  const entries = Array.from({ length: starts[user + 1]! - starts[user]! }, (_, place) => starts[user]! + place);
  if (interactionTimes !== undefined) {
    const { ages } = interactionTimes;
    entries.sort((a, b) => ages[a]! - ages[b]! || a - b);
  }
  const interactions = entries.map((i) => ({
    number: columns[i]!,
    strength: values[i]!,
    ageDays: interactionTimes?.ages[i] ?? 0,
  }));
  return userHistory(interactions, interactionTimes !== undefined);
}
