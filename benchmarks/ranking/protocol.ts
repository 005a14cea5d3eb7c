import type { InteractionTable } from '@kindred/cli/dataset-folder/interaction-table';
import { type ItemId, itemIdSchema, type UserId, userIdSchema } from '@kindred/shared/id';
import { stableHash } from '../measure/stable-hash.ts';

/** Rows of a table, by their numbers. */
export interface Rows {
  readonly table: InteractionTable;
  readonly takes: (row: number) => boolean;
}

/** Ranked items: all, only those of the new-item protocol, or only the others. */
export type Scope = 'all' | 'new' | 'known';

/** A user whose ranking is judged. */
export interface EvaluatedUser {
  readonly user: UserId;
  /** Every item of the user's training rows, whatever its value: none of them may be ranked. */
  readonly seen: ReadonlySet<ItemId>;
  /** Target rows that are positives. */
  readonly liked: ReadonlySet<ItemId>;
  /** The latest of the positives, ties to the later row; `undefined` without times, or without positives. */
  readonly last: ItemId | undefined;
  /** The user's positives among the target rows; at least one. */
  readonly relevant: ReadonlySet<ItemId>;
}

export interface ProtocolOptions {
  readonly train: Rows;
  readonly targets: readonly Rows[];
  /** Users with fewer positives in training are left out. */
  readonly trainPositivesMin: number;
}

/** The share of training positives that is held out to tune on. */
const HELD_OUT_SHARE = 0.1;

/** True for a held-out training row: a hashed tenth of the positives, the same on every machine. */
export function isHeldOut(table: InteractionTable, row: number): boolean {
  if (!isPositive(table, row)) return false;
  const user = table.users[table.userOf[row]!]!;
  const item = table.items[table.itemOf[row]!]!;
  return stableHash(`held out\n${user}\n${item}`) < HELD_OUT_SHARE;
}

export function isPositive({ values, info }: InteractionTable, row: number): boolean {
  return values[row]! >= info.positive.valueAtLeast;
}

/**
 * Judged users with their targets. Target items that stand in the user's training rows too are no target.
 * @returns In the order of the target rows' users.
 */
export function evaluatedUsers({ train, targets, trainPositivesMin }: ProtocolOptions): readonly EvaluatedUser[] {
  const trained = trainedUsers(train);
  const relevant = new Map<string, Set<ItemId>>();
  for (const target of targets) {
    eachRow(target, ({ user, item, positive }) => {
      if (!positive || trained.get(user)?.seen.has(item)) return;
      const items = relevant.get(user) ?? new Set();
      relevant.set(user, items.add(item));
    });
  }
  return [...relevant].flatMap(([user, items]): EvaluatedUser[] => {
    const { seen, liked, last } = trained.get(user) ?? { seen: new Set(), liked: new Set(), last: undefined };
    if (liked.size < trainPositivesMin) return [];
    return [{ user: userIdSchema.parse(user), seen, liked, last: last?.item, relevant: items }];
  });
}

interface TrainedUser {
  readonly seen: Set<ItemId>;
  readonly liked: Set<ItemId>;
  last: { readonly item: ItemId; readonly atMs: number } | undefined;
}

function trainedUsers(rows: Rows): ReadonlyMap<string, TrainedUser> {
  const users = new Map<string, TrainedUser>();
  eachRow(rows, ({ user, item, positive, atMs }) => {
    const known: TrainedUser = users.get(user) ?? { seen: new Set(), liked: new Set(), last: undefined };
    users.set(user, known);
    known.seen.add(item);
    if (!positive) return;
    known.liked.add(item);
    if (atMs !== undefined && atMs >= (known.last?.atMs ?? Number.NEGATIVE_INFINITY)) known.last = { item, atMs };
  });
  return users;
}

/** A row with its ids. */
export interface Interaction {
  readonly user: string;
  readonly item: ItemId;
  readonly positive: boolean;
  /** `undefined` without times. */
  readonly atMs: number | undefined;
}

/** In the order of the rows. */
export function eachRow({ table, takes }: Rows, visit: (interaction: Interaction) => void): void {
  const items = table.items.map((item) => itemIdSchema.parse(item));
  for (let row = 0; row < table.values.length; row++) {
    if (!takes(row)) continue;
    visit({
      user: table.users[table.userOf[row]!]!,
      item: items[table.itemOf[row]!]!,
      positive: isPositive(table, row),
      atMs: table.atMs?.[row],
    });
  }
}
