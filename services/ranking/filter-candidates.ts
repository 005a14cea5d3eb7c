import { cardOf, predicateOf } from '@kindred/shared/filter';
import type { CatalogId, ItemId } from '@kindred/shared/id';
import type { SourceName } from './domain/candidate.ts';
import type { FusedCandidate } from './domain/fusion.ts';
import type { CandidateRow, CatalogState, ItemReader, PageKey } from './ports.ts';
import type { RecommendRequest } from './slate.ts';

/** Candidates read beyond the pool at once, in place of those that are seen. */
const PAGE_SPARE = 30;
/** Rows that the refill looks at before it gives up on a filter that keeps almost nothing. */
const REFILL_ROWS_MAX = 50_000;

/** A candidate that may be shown, with its row as it is now. */
export interface Eligible {
  readonly candidate: FusedCandidate;
  readonly row: CandidateRow;
}

interface FilterTask {
  readonly items: ItemReader;
  readonly catalog: CatalogId;
  readonly state: CatalogState;
  readonly request: RecommendRequest;
  readonly fused: readonly FusedCandidate[];
  /** How many are wanted; fewer do where they are enough for the limit. */
  readonly poolSize: number;
}

/**
 * Keeps what may be shown, by rows read now, so that what was deleted or hidden a moment ago cannot appear. When too few
 * remain, further items follow in the order of the popular and then of the newest.
 */
export async function filterCandidates({
  items,
  catalog,
  state,
  request,
  fused,
  poolSize,
}: FilterTask): Promise<readonly Eligible[]> {
  const { user, filter, includeSeen, limit } = request;
  const passes = predicateOf(filter ?? {});
  const considered = new Set<ItemId>(request.exclude);
  const eligible: Eligible[] = [];

  const consider = async (candidates: readonly FusedCandidate[]): Promise<void> => {
    const fresh = candidates.filter(({ item }) => !considered.has(item));
    for (const { item } of fresh) considered.add(item);
    const withFields = filter !== undefined || request.expand;
    const rows = await items.rows({
      catalog,
      user,
      space: state.space,
      items: fresh.map(({ item }) => item),
      withFields,
    });
    const byItem = new Map(rows.map((row) => [row.item, row]));
    for (const candidate of fresh) {
      const row = byItem.get(candidate.item);
      if (row === undefined || row.hidden || (row.seen && !includeSeen)) continue;
      if (filter === undefined ? row.available : passes(cardOf(row.fields ?? {}))) eligible.push({ candidate, row });
    }
  };

  const pageSize = poolSize + PAGE_SPARE;
  for (let start = 0; start < fused.length && eligible.length < limit; start += pageSize) {
    await consider(fused.slice(start, start + pageSize));
  }
  if (eligible.length < limit) await consider(refill('popular', state.leaders.popular, 0));
  let after: PageKey | undefined;
  for (let read = 0; eligible.length < limit && read < REFILL_ROWS_MAX; ) {
    const page = await items.page(catalog, after, read === 0 ? 500 : 5_000);
    if (page.length === 0) break;
    await consider(
      refill(
        'fresh',
        page.map(({ item, createdAtMs }) => ({ item, score: createdAtMs })),
        read,
      ),
    );
    read += page.length;
    after = page.at(-1);
  }
  return eligible;
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
