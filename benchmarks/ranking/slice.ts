import type { FitTask } from './contender.ts';
import type { EvaluatedUser } from './protocol.ts';

/** Users by how many positives they have in training: the least of each slice. */
const HISTORY_FROM = [0, 1, 5, 10, 20, 50] as const;

/** The users of a slice, by their places. */
interface HistorySlice {
  readonly name: string;
  /** Rising. */
  readonly indices: readonly number[];
}

/** Cuts the users by the length of their history; slices without users are left out. */
export function historySlices(users: readonly EvaluatedUser[]): readonly HistorySlice[] {
  return HISTORY_FROM.map((from, place) => {
    const next = HISTORY_FROM[place + 1];
    const last = next === undefined ? undefined : next - 1;
    const indices = [...users.keys()].filter((index) => {
      const { size } = users[index]!.liked;
      return size >= from && (last === undefined || size <= last);
    });
    const name = last === undefined ? `${from}-or-more` : last === from ? `${from}` : `${from}-${last}`;
    return { name: `history-${name}`, indices };
  }).filter(({ indices }) => indices.length > 0);
}

/** The slice of items that nobody had any row on in training, ranked in the full catalog. */
export const UNTRAINED_ITEMS = 'untrained-items';

/** The users who have such items among their targets, with those targets alone. */
export function untrainedUsers(users: readonly EvaluatedUser[], { data }: FitTask): readonly EvaluatedUser[] {
  const trained = new Set([...data.strengths.columns].map((number) => data.items[number]!));
  const untrained = new Set(data.items).difference(trained);
  if (untrained.size === 0) return [];
  return users
    .map((user) => ({ ...user, relevant: untrained.intersection(user.relevant) }))
    .filter(({ relevant }) => relevant.size > 0);
}
