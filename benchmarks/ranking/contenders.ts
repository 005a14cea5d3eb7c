import { UsageError } from '../bench-arguments.ts';
import type { Contender } from './contender.ts';
import { contentOnly } from './contenders/content-only.ts';
import { ease } from './contenders/ease.ts';
import { itemKnn } from './contenders/item-knn.ts';
import { kindred } from './contenders/kindred.ts';
import { lastItem } from './contenders/last-item.ts';
import { popular } from './contenders/popular.ts';
import { recentPopular } from './contenders/recent-popular.ts';
import { reciprocalRankFusion } from './contenders/reciprocal-rank-fusion.ts';
import { rp3beta } from './contenders/rp3beta.ts';

/** Our own first: its training is what takes longest. */
const CONTENDERS: readonly Contender[] = [
  kindred,
  reciprocalRankFusion,
  popular,
  recentPopular,
  lastItem,
  itemKnn,
  rp3beta,
  ease,
  contentOnly,
];

/** The name of our own. */
export const OWN = kindred.name;

/**
 * @param names  Those to run; all that the data allow where there are none.
 * @throws {UsageError} for a name that no contender has, or one that needs times where the data have none.
 */
export function chosenContenders(names: readonly string[], hasTimes: boolean): readonly Contender[] {
  const possible = CONTENDERS.filter(({ needsTimes }) => hasTimes || !needsTimes);
  for (const name of names) {
    if (possible.some((contender) => contender.name === name)) continue;
    const reason = CONTENDERS.some((contender) => contender.name === name)
      ? `${name} needs rows with times, and these data have none`
      : `${name} is no contender: they are ${CONTENDERS.map((contender) => contender.name).join(', ')}`;
    throw new UsageError(reason);
  }
  return names.length === 0 ? possible : possible.filter(({ name }) => names.includes(name));
}
