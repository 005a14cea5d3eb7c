import { filterFieldsOf, predicateOf } from '@kindred/shared/filter';
import type { ItemId } from '@kindred/shared/id';
import type { SourceName } from '@kindred/shared/model/candidate-sources';
import type { CatalogState } from '../catalog-state/catalog-states.ts';
import type { ItemRow, PageKey } from '../reads/item-reader.ts';
import type { Reads } from '../reads/reader.ts';
import type { FusedCandidate } from './reciprocal-rank-fusion.ts';
import type { ScoredCandidate, Scoring } from './score.ts';
import type { RecommendRequest } from './slate.ts';

/** Candidates read beyond the pool at once, in place of those that are seen. */
const PAGE_SPARE = 30;
/** Rows that the refill looks at before it gives up on a filter that keeps almost nothing. */
const REFILL_ROWS_MAX = 50_000;
/** Rows that one turn of the event loop parses: some 5 ms. */
const REFILL_PAGE_ROWS = 1_000;

/** A candidate that may be shown, with its row as it is now. */
export interface Eligible {
  readonly candidate: ScoredCandidate;
  readonly row: ItemRow;
}

interface FilterTask {
  readonly reads: Reads;
  readonly state: CatalogState;
  readonly request: RecommendRequest;
  /** Best first. */
  readonly scored: readonly ScoredCandidate[];
  /** Scores what follows when too few remain. */
  readonly scoring: Scoring;
  /** How many are wanted; fewer do where they are enough for the limit. */
  readonly poolSize: number;
}

export interface Filtered {
  /** In the order of the candidates. */
  readonly eligible: readonly Eligible[];
  /** Tells apart what the store may hold of them. */
  readonly read: readonly string[];
}

/**
 * Keeps what may be shown, by rows read for this request, so that what was deleted or hidden a moment ago cannot appear.
 * When too few remain, further items follow in the order of the popular and then of the newest.
 */
export async function filterCandidates(task: FilterTask): Promise<Filtered> {
  const { reads, state, request, scored, scoring, poolSize } = task;
  const { user, filter, includeSeen, limit } = request;
  const passes = predicateOf(filter ?? {});
  const considered = new Set<ItemId>(request.exclude);
  const eligible: Eligible[] = [];
  const read: string[] = [];

  const consider = async (candidates: readonly ScoredCandidate[]): Promise<void> => {
    const fresh = candidates.filter(({ item }) => !considered.has(item));
    const asked = fresh.map(({ item }) => item);
    for (const item of asked) considered.add(item);
    const [rows, seen] = await Promise.all([reads.rows(state.space, asked), reads.seen(user, asked)]);
    const seenItems = new Map(seen.map((entry) => [entry.item, entry]));
    for (const candidate of fresh) {
      const row = rows.get(candidate.item);
      const own = seenItems.get(candidate.item);
      read.push(`${candidate.item}\n${row?.change}\n${row?.embeddingChange}\n${own?.isHidden}`);
      if (row === undefined || own?.isHidden === true || (own !== undefined && !includeSeen)) continue;
      if (filter === undefined ? row.available : passes(filterFieldsOf(row.fields))) eligible.push({ candidate, row });
    }
  };

  // Each page twice the last: a filter that keeps little must not cost a round trip for every hundred.
  for (let start = 0, size = poolSize + PAGE_SPARE; start < scored.length && eligible.length < limit; size *= 2) {
    await consider(scored.slice(start, start + size));
    start += size;
  }
  if (eligible.length < limit) await consider(refill('popular', state.nonPersonalized.popular, 0).map(scoring.score));
  let after: PageKey | undefined;
  for (let count = 0; eligible.length < limit && count < REFILL_ROWS_MAX; ) {
    const page = await reads.page(after, REFILL_PAGE_ROWS);
    if (page.length === 0) break;
    await consider(
      refill(
        'latest',
        page.map(({ item, createdAtMs }) => ({ item, score: createdAtMs })),
        count,
      ).map(scoring.score),
    );
    count += page.length;
    after = page.at(-1);
  }
  return { eligible, read };
}

/** Candidates that no source retrieved: they rank behind all that one did. */
function refill(
  source: SourceName,
  entries: readonly { readonly item: ItemId; readonly score: number }[],
  before: number,
): readonly FusedCandidate[] {
  return entries.map(({ item, score }, index) => {
    const rank = before + index + 1;
    const part = (source === 'popular' ? 1e-4 : 1e-5) / (60 + rank);
    return { item, fused: part, ranks: [{ source, rank, score, part, because: [] }] };
  });
}
