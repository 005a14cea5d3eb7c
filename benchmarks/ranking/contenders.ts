import { UsageError } from '../bench-arguments.ts';
import type { Contender, FitTask } from './contender.ts';
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
 * @param names  Those to run; all that have anything to say of the data where there are none.
 * @throws {UsageError} for a name that no contender has, or one that the data do not suit.
 */
export function chosenContenders(names: readonly string[], task: FitTask): readonly Contender[] {
  for (const name of names) {
    if (!CONTENDERS.some((contender) => contender.name === name)) {
      throw new UsageError(`${name} is no contender: they are ${CONTENDERS.map(({ name: each }) => each).join(', ')}`);
    }
  }
  return CONTENDERS.filter((contender) => {
    const { name } = contender;
    if (names.length > 0 && !names.includes(name)) return false;
    const reason = contender.unfit?.(task);
    if (reason === undefined) return true;
    if (names.includes(name)) throw new UsageError(`${name} has nothing to say of these data: ${reason}`);
    console.log(`ranking: without ${name}: ${reason}`);
    return false;
  });
}
