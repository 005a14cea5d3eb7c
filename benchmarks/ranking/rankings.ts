import type { ItemId, UserId } from '@kindred/shared/id';
import { RANKED_MAX } from '@kindred/shared/model/ranking-metrics';
import { startProgress } from '../measure/progress.ts';
import type { Fitted } from './contender.ts';
import type { EvaluatedUser, Scope } from './protocol.ts';

/** Rankings of a contender, one per user, with the time that each took. */
export interface Rankings {
  readonly lists: ReadonlyMap<UserId, readonly ItemId[]>;
  readonly timesMs: readonly number[];
}

/**
 * Lets a contender rank for every user, one after another.
 * @throws Error when a ranking breaks the protocol: too long, repeats, or something that the user has seen.
 */
export async function rankAll(
  name: string,
  { rank }: Pick<Fitted, 'rank'>,
  { users, scope }: { readonly users: readonly EvaluatedUser[]; readonly scope: Scope },
): Promise<Rankings> {
  const lists = new Map<UserId, readonly ItemId[]>();
  const timesMs: number[] = [];
  const progress = startProgress(`ranking: ${name}${scope === 'all' ? '' : `, ${scope} items`}`, users.length);
  for (const user of users) {
    const startMs = performance.now();
    const ranked = await rank(user, scope);
    timesMs.push(performance.now() - startMs);
    requireFair(name, user, ranked);
    lists.set(user.user, ranked);
    progress.at(timesMs.length);
  }
  progress.done();
  return { lists, timesMs };
}

function requireFair(name: string, { user, seen }: EvaluatedUser, ranked: readonly ItemId[]): void {
  const refuse = (what: string): never => {
    throw new Error(`${name} gave ${user} ${what}`);
  };
  if (ranked.length > RANKED_MAX) refuse(`${ranked.length} items`);
  if (new Set(ranked).size < ranked.length) refuse('an item twice');
  const known = ranked.find((item) => seen.has(item));
  if (known !== undefined) refuse(`${known}, which is among the training rows`);
}
