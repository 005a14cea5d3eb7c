import type { InteractionTable } from '@kindred/shared/dataset/interaction-table';
import { type ItemId, itemIdSchema, type UserId, userIdSchema } from '@kindred/shared/id';
import { stableHash } from '../measure/stable-hash.ts';

/** Rows of a table, by their numbers. */
export interface Rows {
  readonly table: InteractionTable;
  readonly takes: (row: number) => boolean;
}

/** A user whose ranking is judged. */
export interface EvaluatedUser {
  readonly user: UserId;
  /** Every item of the user's training rows, whatever its value: none of them may be ranked. */
  readonly seen: ReadonlySet<ItemId>;
  /** The user's positives among the target rows; at least one. */
  readonly relevant: ReadonlySet<ItemId>;
}

export interface ProtocolOptions {
  readonly train: Rows;
  readonly target: Rows;
  /** Users with fewer positives in training are left out. */
  readonly trainPositivesMin: number;
}

/** The share of training positives that is held out to tune on. */
const HELD_OUT_SHARE = 0.1;

/** Whether a training row is held out: a hashed tenth of the positives, the same on every machine. */
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
 * Who is judged on what. Target items that stand in the user's training rows too are no target.
 * @returns In the order of the target rows' users.
 */
export function evaluatedUsers({ train, target, trainPositivesMin }: ProtocolOptions): readonly EvaluatedUser[] {
  const trained = trainedUsers(train);
  const relevant = new Map<string, Set<ItemId>>();
  eachRow(target, ({ user, item, positive }) => {
    if (!positive || trained.get(user)?.seen.has(item)) return;
    const items = relevant.get(user) ?? new Set();
    relevant.set(user, items.add(item));
  });
  return [...relevant].flatMap(([user, items]): EvaluatedUser[] => {
    const { seen, positives } = trained.get(user) ?? { seen: new Set(), positives: 0 };
    if (positives < trainPositivesMin) return [];
    return [{ user: userIdSchema.parse(user), seen, relevant: items }];
  });
}

interface TrainedUser {
  readonly seen: Set<ItemId>;
  positives: number;
}

function trainedUsers(rows: Rows): ReadonlyMap<string, TrainedUser> {
  const users = new Map<string, TrainedUser>();
  eachRow(rows, ({ user, item, positive }) => {
    const known = users.get(user) ?? { seen: new Set(), positives: 0 };
    users.set(user, known);
    known.seen.add(item);
    if (positive) known.positives++;
  });
  return users;
}

/** A row with its ids. */
interface Interaction {
  readonly user: string;
  readonly item: ItemId;
  readonly positive: boolean;
}

function eachRow({ table, takes }: Rows, visit: (interaction: Interaction) => void): void {
  const items = table.items.map((item) => itemIdSchema.parse(item));
  for (let row = 0; row < table.values.length; row++) {
    if (!takes(row)) continue;
    visit({
      user: table.users[table.userOf[row]!]!,
      item: items[table.itemOf[row]!]!,
      positive: isPositive(table, row),
    });
  }
}

/** How often each item was engaged with positively. */
export function positiveCounts(rows: Rows): ReadonlyMap<ItemId, number> {
  const counts = new Map<ItemId, number>();
  eachRow(rows, ({ item, positive }) => {
    if (positive) counts.set(item, (counts.get(item) ?? 0) + 1);
  });
  return counts;
}
