import type { ItemId } from '@kindred/shared/id';
import type { SourceName } from '@kindred/shared/model/candidate-sources';
import { itemDetails } from '../reads/item-details.ts';
import { CAUSES_MAX, type Causes } from '../sources/candidate.ts';
import type { PickedCandidate } from './diversify.ts';
import type { Profile } from './profile.ts';
import type { Retrieved } from './retrieve.ts';
import type { Scorer } from './scorer.ts';
import type { Explanation, Recommendation, RecommendRequest } from './slate.ts';

/** The results of earlier stages that an explanation draws on. */
export interface ExplainContext {
  readonly request: RecommendRequest;
  readonly profile: Profile;
  readonly retrieved: Retrieved;
  readonly scorer: Scorer;
}

/** The picked candidates as they are answered: with the parts of their scores and the user's own items that led to them. */
export function explain(picked: readonly PickedCandidate[], context: ExplainContext): readonly Recommendation[] {
  const { explain: isExplained, expand } = context.request;
  const causes = isExplained
    ? causesBySource(
        picked.map(({ candidate }) => candidate.item),
        context.retrieved,
      )
    : undefined;
  return picked.map((pick) => {
    const { item, ranks, row } = pick.candidate;
    return {
      item,
      score: pick.slateScore,
      sources: ranks.map(({ source }) => source),
      ...(causes && { explanation: explanationOf(pick, causes, context) }),
      ...(expand && { details: itemDetails(row) }),
    };
  });
}

function causesBySource(shown: readonly ItemId[], { context, retrievals }: Retrieved): ReadonlyMap<SourceName, Causes> {
  return new Map(
    retrievals.map(({ source, answers }) => [source.name, source.causes(context, answers, shown)] as const),
  );
}

function explanationOf(
  { candidate, penalty }: PickedCandidate,
  causes: ReadonlyMap<SourceName, Causes>,
  { request, profile, scorer }: ExplainContext,
): Explanation {
  const parts: Record<string, number> = {};
  for (const [place, name] of scorer.partNames.entries()) {
    const share = candidate.shares[place]!;
    if (share !== 0) parts[name] = (1 - request.diversity) * share;
  }
  parts.diversity = penalty;
  return {
    weights: scorer.weights,
    parts,
    sources: candidate.ranks.map(({ source, rank, sourceScore }) => ({ source, rank, score: sourceScore })),
    because: because(candidate, causes, profile),
  };
}

/** Causes of the sources in turn, so that the strongest of each is named first; deleted items and the item itself are left out. */
function because(
  { item, ranks }: PickedCandidate['candidate'],
  causes: ReadonlyMap<SourceName, Causes>,
  { rows }: Profile,
): readonly ItemId[] {
  const lists = ranks.map(({ source }) => causes.get(source)?.get(item) ?? []);
  const merged = new Set<ItemId>();
  for (let place = 0; place < CAUSES_MAX; place++) {
    for (const list of lists) {
      const cause = list[place];
      if (cause !== undefined && cause !== item && rows.has(cause)) merged.add(cause);
    }
  }
  return [...merged].slice(0, CAUSES_MAX);
}
