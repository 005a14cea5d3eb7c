import { filterFieldsOf, predicateOf } from '@kindred/shared/filter';
import type { ItemId } from '@kindred/shared/id';
import { reciprocalRank } from '@kindred/shared/model/candidate-sources';
import type { Centre } from '../catalog-state/mean.ts';
import type { ItemRow, PageKey } from '../reads/item-reader.ts';
import { rowMark } from '../reads/row-mark.ts';
import type { Query } from './query.ts';
import type { FusedCandidate } from './reciprocal-rank-fusion.ts';
import type { Scored } from './score.ts';
import type { ScoredCandidate } from './scorer.ts';

/** A candidate that may be shown, with its item as it is now. */
export interface EligibleCandidate extends ScoredCandidate {
  readonly row: ItemRow;
  /** Centred embedding of unit length; `undefined` for an item without one, or if diversity does not need it. */
  readonly vector: Float32Array | undefined;
}

export interface Eligible {
  /** Retrieved candidates by falling score, then refilled ones; at most twice the limit or 100. */
  readonly pool: readonly EligibleCandidate[];
  readonly scorer: Scored['scorer'];
  /** Marks of everything that was read of the candidates: equal marks mean equal rows. */
  readonly readMarks: readonly string[];
}

/** Smallest number of candidates that diversification chooses from. */
const POOL_MIN = 100;
/** Candidates read beyond the pool at once, in place of seen ones. */
const PAGE_SPARE = 30;
/** Newest items that the refill looks at before it gives up on a filter that keeps almost nothing. */
const REFILL_ROWS_MAX = 50_000;
/** Rows that one turn of the event loop parses, in about 5 ms. */
const REFILL_PAGE_ROWS = 1_000;
/** Fusion weights of refilled candidates: below every retrieved one, the popular before the newest. */
const REFILL_WEIGHTS = { popular: 1e-4, latest: 1e-5 } as const;

/**
 * Keeps the candidates that may be shown, by rows read for this request: an item that was deleted or hidden a moment ago
 * cannot appear. If too few remain, the catalog's popular and then its newest items follow.
 */
export async function filter(scored: Scored, query: Query, centre: Centre): Promise<Eligible> {
  const { request, state } = query;
  const poolSize = Math.max(POOL_MIN, 2 * request.limit);
  const sieve = new Sieve(query);
  // Each page is twice the last: a filter that keeps little must not cost a round trip per hundred candidates.
  for (let start = 0, size = poolSize + PAGE_SPARE; start < scored.candidates.length && sieve.isShort; size *= 2) {
    await sieve.pass(scored.candidates.slice(start, start + size));
    start += size;
  }
  const rescored = (candidates: readonly FusedCandidate[]): readonly ScoredCandidate[] =>
    candidates.map((candidate) => scored.scorer.score(candidate));
  if (sieve.isShort) await sieve.pass(rescored(refill('popular', state.nonPersonalized.popular, 0)));
  await refillWithNewest(query, sieve, rescored);
  const pool = sieve.kept.slice(0, poolSize);
  return { pool: await withVectors(pool, query, centre), scorer: scored.scorer, readMarks: sieve.readMarks };
}

/** Passes candidates by their rows and the user's events on them, each candidate once. */
class Sieve {
  readonly kept: Omit<EligibleCandidate, 'vector'>[] = [];
  readonly readMarks: string[] = [];
  readonly #query: Query;
  readonly #considered: Set<ItemId>;
  readonly #passes: (row: ItemRow) => boolean;

  constructor(query: Query) {
    this.#query = query;
    this.#considered = new Set(query.request.exclude);
    const { filter: wanted } = query.request;
    const predicate = predicateOf(wanted ?? {});
    this.#passes = wanted === undefined ? (row) => row.available : (row) => predicate(filterFieldsOf(row.fields));
  }

  /** True while fewer are kept than the request's limit. */
  get isShort(): boolean {
    return this.kept.length < this.#query.request.limit;
  }

  async pass(candidates: readonly ScoredCandidate[]): Promise<void> {
    const { reads, state, request } = this.#query;
    const unread = candidates.filter(({ item }) => !this.#considered.has(item));
    if (unread.length === 0) return;
    const items = unread.map(({ item }) => item);
    for (const item of items) this.#considered.add(item);
    const [rows, seen] = await Promise.all([reads.rows(state.space, items), reads.seen(request.user, items)]);
    const seenItems = new Map(seen.map((entry) => [entry.item, entry]));
    for (const candidate of unread) {
      const row = rows.get(candidate.item);
      const own = seenItems.get(candidate.item);
      this.readMarks.push(`${rowMark(candidate.item, row)}\n${own?.isHidden}`);
      if (row === undefined || own?.isHidden === true || (own !== undefined && !request.includeSeen)) continue;
      if (this.#passes(row)) this.kept.push({ ...candidate, row });
    }
  }
}

async function refillWithNewest(
  { reads }: Query,
  sieve: Sieve,
  rescored: (candidates: readonly FusedCandidate[]) => readonly ScoredCandidate[],
): Promise<void> {
  let after: PageKey | undefined;
  for (let count = 0; sieve.isShort && count < REFILL_ROWS_MAX; ) {
    const page = await reads.page(after, REFILL_PAGE_ROWS);
    const newest = page.map(({ item, createdAtMs }) => ({ item, score: createdAtMs }));
    await sieve.pass(rescored(refill('latest', newest, count)));
    if (page.length < REFILL_PAGE_ROWS) return;
    count += page.length;
    after = page.at(-1);
  }
}

/** Candidates that no source retrieved, ranked behind every retrieved one. @param before  Entries of earlier pages. */
function refill(
  source: keyof typeof REFILL_WEIGHTS,
  entries: readonly { readonly item: ItemId; readonly score: number }[],
  before: number,
): readonly FusedCandidate[] {
  return entries.map(({ item, score }, index) => {
    const rank = before + index + 1;
    const part = reciprocalRank(REFILL_WEIGHTS[source], rank);
    return { item, fusedScore: part, ranks: [{ source, rank, sourceScore: score, part }] };
  });
}

async function withVectors(
  pool: readonly Omit<EligibleCandidate, 'vector'>[],
  { request, state, reads }: Query,
  centre: Centre,
): Promise<readonly EligibleCandidate[]> {
  const { space, mean } = state;
  if (space === undefined || request.diversity === 0) return pool.map((entry) => ({ ...entry, vector: undefined }));
  const wanted = pool.flatMap(({ row: { item, embeddingChange: change } }) =>
    change === undefined ? [] : [{ item, change }],
  );
  const vectors = await reads.vectors(space, wanted);
  return pool.map((entry) => {
    const vector = vectors.get(entry.item);
    return { ...entry, vector: vector && centre(vector, mean) };
  });
}
