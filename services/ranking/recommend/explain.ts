import type { ItemId } from '@kindred/shared/id';
import type { SourceName } from '@kindred/shared/model/candidate-sources';
import type { Causes } from '../sources/co-engagement.ts';
import type { Eligible } from './filter.ts';
import type { PickedItem } from './mmr.ts';
import type { ScoredCandidate } from './score.ts';
import type { Explanation, Recommendation, RecommendRequest } from './slate.ts';

const BECAUSE_MAX = 3;

/** What is said of an item beside its score. */
export interface Explaining {
  readonly weights: 'trained' | 'fixed';
  /** Names of the parts. */
  readonly names: readonly string[];
  /** Shares of the request's largest; before diversity takes its part. */
  readonly parts: Float64Array;
  /** Whether an item of the user's history still exists: only such are named. */
  readonly isLive: (item: ItemId) => boolean;
  /** What led a source to the items that are answered, where their candidates do not say. */
  readonly causes: ReadonlyMap<SourceName, Causes>;
}

/** A picked item as it is answered. */
export function presented(
  picked: PickedItem,
  { candidate, row }: Eligible,
  { diversity, explain, expand }: RecommendRequest,
  explaining: Explaining,
): Recommendation {
  const { item, ranks } = candidate;
  const base = { item, score: picked.score, sources: ranks.map(({ source }) => source) };
  const details = { id: item, available: true, ...row.fields, createdAt: new Date(row.createdAtMs).toISOString() };
  return {
    ...base,
    ...(explain && { explanation: explanation(picked, candidate, diversity, explaining) }),
    ...(expand && { details }),
  };
}

function explanation(
  { penalty }: PickedItem,
  candidate: ScoredCandidate,
  diversity: number,
  explaining: Explaining,
): Explanation {
  const parts: Record<string, number> = {};
  for (const [place, name] of explaining.names.entries()) {
    const part = explaining.parts[place]!;
    if (part !== 0) parts[name] = (1 - diversity) * part;
  }
  parts.diversity = penalty;
  return {
    weights: explaining.weights,
    parts,
    sources: candidate.ranks.map(({ source, rank, score }) => ({ source, rank, score })),
    because: causes(candidate, explaining),
  };
}

/** Causes of the sources in turn, so that each source's strongest is named first. */
function causes({ item, ranks }: ScoredCandidate, { isLive, causes: known }: Explaining): readonly ItemId[] {
  const lists = ranks.map(({ source, because }) =>
    because.length > 0 ? because : (known.get(source)?.get(item) ?? []),
  );
  const merged = new Set<ItemId>();
  for (let place = 0; place < BECAUSE_MAX; place++) {
    for (const list of lists) {
      const cause = list[place];
      if (cause !== undefined && isLive(cause)) merged.add(cause);
    }
  }
  return [...merged].slice(0, BECAUSE_MAX);
}
