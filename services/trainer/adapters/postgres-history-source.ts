import type { ItemFields } from '@kindred/shared/catalog';
import { type CatalogId, compareIds, type ItemId, type UserId } from '@kindred/shared/id';
import { DAY_MS } from '@kindred/shared/model/decay';
import { STRENGTH_SQL } from '@kindred/shared/model/engagement';
import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { vectorOf } from '@kindred/shared/numeric/vector';
import { type Database, type Transaction, transaction } from '@kindred/shared/platform/database';
import type { InteractionTimes } from '../history/interaction-times.ts';
import { RepeatCount } from '../history/repeat-share.ts';
import type { Embeddings, TrainingData } from '../history/training-data.ts';
import type { History, HistorySource } from '../history-source.ts';

const PAGE_ROWS = 5_000;

/** Called now and then with the number of rows read since the last call. */
type OnRows = (count: number) => void;

/** Reads page by page, in one snapshot: memory is bounded by the result. */
export function postgresHistorySource(database: Database): HistorySource {
  return {
    read: (catalog, onRows) =>
      transaction(database, async (client) => {
        await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
        return readHistory(client, catalog, onRows);
      }),
  };
}

async function readHistory(client: Transaction, catalog: CatalogId, onRows: OnRows): Promise<History> {
  const { rows } = await client.query<{ change: number }>(
    `SELECT greatest((SELECT max(change) FROM events WHERE catalog = $1),
       (SELECT max(change) FROM erasures WHERE catalog = $1), 0) AS change`,
    [catalog],
  );
  const items = await readItems(client, catalog, onRows);
  const numbers = new Map(items.ids.map((id, number) => [id, number]));
  const embeddings = await readEmbeddings(client, catalog, numbers, onRows);
  const { strengths, interactionTimes, users, repeatShare } = await readStrengths(client, catalog, numbers, onRows);
  const data: TrainingData = { items: items.ids, fields: items.fields, embeddings, strengths, interactionTimes };
  const counts = { items: items.ids.length, users, pairs: strengths.columns.length };
  return { data, eventsChange: rows[0]!.change, counts, repeatShare };
}

async function pages<Row extends object>(
  client: Transaction,
  sql: string,
  values: readonly unknown[],
  each: (rows: readonly Row[]) => void,
): Promise<void> {
  await client.query(`DECLARE pages NO SCROLL CURSOR FOR ${sql}`, [...values]);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${PAGE_ROWS} FROM pages`);
    if (rows.length === 0) break;
    each(rows);
  }
  await client.query('CLOSE pages');
}

async function readItems(
  client: Transaction,
  catalog: CatalogId,
  onRows: OnRows,
): Promise<{ readonly ids: readonly ItemId[]; readonly fields: readonly ItemFields[] }> {
  const items: { id: ItemId; fields: ItemFields }[] = [];
  await pages<{ id: ItemId; fields: ItemFields }>(
    client,
    `SELECT item_id AS id, fields FROM items WHERE catalog = $1 AND fields IS NOT NULL`,
    [catalog],
    (rows) => {
      items.push(...rows);
      onRows(rows.length);
    },
  );
  items.sort((a, b) => compareIds(a.id, b.id));
  return { ids: items.map(({ id }) => id), fields: items.map(({ fields }) => fields) };
}

async function readEmbeddings(
  client: Transaction,
  catalog: CatalogId,
  numbers: ReadonlyMap<ItemId, number>,
  onRows: OnRows,
): Promise<Embeddings | undefined> {
  let embeddings: Embeddings | undefined;
  await pages<{ id: ItemId; vector: Buffer }>(
    client,
    `SELECT item_id AS id, vector FROM embeddings JOIN spaces USING (catalog, space)
     WHERE catalog = $1 AND state = 'serving'`,
    [catalog],
    (rows) => {
      onRows(rows.length);
      for (const { id, vector } of rows) {
        const number = numbers.get(id);
        if (number === undefined) continue;
        const values = vectorOf(vector);
        const dimensions = values.length;
        embeddings ??= { dimensions, vectors: new Float32Array(numbers.size * dimensions) };
        embeddings.vectors.set(values, number * dimensions);
      }
    },
  );
  return embeddings;
}

/** One user's events on one item. */
interface PairRow {
  readonly user: UserId;
  readonly item: ItemId;
  readonly strength: number;
  readonly isHidden: boolean;
  /** Time of the last engagement; without any, that of the last event. */
  readonly atMs: number;
  /** Time of the first engagement; `null` without any. */
  readonly firstEngagedMs: number | null;
  readonly weight: number;
  readonly position: number | null;
}

async function readStrengths(
  client: Transaction,
  catalog: CatalogId,
  numbers: ReadonlyMap<ItemId, number>,
  onRows: OnRows,
): Promise<Pairs & { readonly users: number; readonly repeatShare: number }> {
  const { rows: counted } = await client.query<{ users: number; latestMs: number | null }>(
    'SELECT count(DISTINCT user_id) AS users, max(at_ms) AS "latestMs" FROM events WHERE catalog = $1',
    [catalog],
  );
  const { users, latestMs } = counted[0]!;
  const builder = new PairsBuilder(users, latestMs ?? 0);
  const repeats = new RepeatCount(latestMs ?? 0);
  await pages<PairRow>(
    client,
    `SELECT user_id AS user, item_id AS item, max(${STRENGTH_SQL})::float8 AS strength,
       bool_or(type = 'hide' AND value > 0 AND NOT retracted) AS "isHidden", coalesce(max(at_ms) FILTER (WHERE ${STRENGTH_SQL} > 0), max(at_ms)) AS "atMs",
       min(at_ms) FILTER (WHERE ${STRENGTH_SQL} > 0) AS "firstEngagedMs",
       sum(${STRENGTH_SQL})::float8 AS weight, min(position) FILTER (WHERE ${STRENGTH_SQL} > 0) AS position
     FROM events WHERE catalog = $1 GROUP BY user_id, item_id ORDER BY user_id`,
    [catalog],
    (rows) => {
      onRows(rows.length);
      for (const row of rows) {
        builder.add(row, numbers.get(row.item));
        if (row.firstEngagedMs !== null) repeats.add(row.firstEngagedMs, row.atMs);
      }
    },
  );
  return { ...builder.done(), users, repeatShare: repeats.share };
}

interface Pairs {
  readonly strengths: SparseRows;
  readonly interactionTimes: InteractionTimes;
}

/** Gathers pairs that come user by user, items in any order. */
class PairsBuilder {
  readonly #strengths: SparseRowsBuilder;
  readonly #latestMs: number;
  readonly #ages: number[] = [];
  readonly #weights: number[] = [];
  readonly #positions: number[] = [];
  #user: UserId | undefined;
  #row: { readonly number: number; readonly pair: PairRow }[] = [];

  constructor(users: number, latestMs: number) {
    this.#strengths = new SparseRowsBuilder(users);
    this.#latestMs = latestMs;
  }

  /** @param number  Of the item; `undefined` where it does not exist: then only the user's row counts. */
  add(pair: PairRow, number: number | undefined): void {
    if (this.#user !== undefined && pair.user !== this.#user) this.#endRow();
    this.#user = pair.user;
    // A hidden item is neither liked nor near to what the user likes.
    if (number !== undefined && !pair.isHidden) this.#row.push({ number, pair });
  }

  done(): Pairs {
    if (this.#user !== undefined) this.#endRow();
    const interactionTimes = {
      ages: Float64Array.from(this.#ages),
      weights: Float32Array.from(this.#weights),
      positions: Float32Array.from(this.#positions),
    };
    return { strengths: this.#strengths.done(), interactionTimes };
  }

  #endRow(): void {
    this.#row.sort((a, b) => a.number - b.number);
    for (const { number, pair } of this.#row) {
      this.#strengths.add(number, pair.strength);
      this.#ages.push((this.#latestMs - pair.atMs) / DAY_MS);
      this.#weights.push(pair.weight);
      this.#positions.push(pair.position ?? 0);
    }
    this.#strengths.endRow();
    this.#row = [];
  }
}
