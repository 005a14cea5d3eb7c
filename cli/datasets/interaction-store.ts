import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { DataError } from '../dataset-folder/data-error.ts';
import type { InteractionRow } from './interaction-row.ts';
import { momentText } from './moment.ts';
import { isTestPair } from './split-hash.ts';

/**
 * The division of rows: at one time, so that the test is the last tenth and lies after all of training; or by a hash of
 * user and item, on average a fifth of each user's rows.
 */
export type Split = { readonly by: 'time' } | { readonly by: 'hash'; readonly salt: string };

/** Counts of rows after their division into training and test. */
export interface Division {
  readonly train: number;
  readonly test: number;
  /** Distinct ones, over both parts. */
  readonly users: number;
  readonly items: number;
  /** Rows left out, because their user and item have another row that stays. */
  readonly repeated: number;
  /** The time that the test begins at, in milliseconds since 1970; `undefined` where a hash divides. */
  readonly cutMs?: number;
}

const TRAIN_SHARE = 0.9;
const DAY_MS = 86_400_000;

/** SQLite sorts this much in memory at a time, and merges the rest on disk. */
const CACHE_KIB = 32_768;

const BATCH_CHARACTERS = 65_536;

/**
 * Keeps rows on disk, divides them and sorts them there, so that memory does not grow with them.
 * Cost: some 40 bytes per row in the store's file, and about as many in the system's temporary folder while it sorts.
 */
export class InteractionStore {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #split: Split;
  /** SQL that is 1 for a row of the test, else 0. */
  #isTest = 'is_test';

  /** @param path  A file that is not there yet; delete it once the store is closed. */
  constructor(path: string, split: Split) {
    this.#split = split;
    this.#database = new DatabaseSync(path);
    this.#database.exec(`
      PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA temp_store = FILE; PRAGMA cache_size = -${CACHE_KIB};
      CREATE TABLE interactions (user TEXT NOT NULL, item TEXT NOT NULL, value REAL NOT NULL, at INTEGER, is_test INTEGER);
      BEGIN`);
    this.#insert = this.#database.prepare('INSERT INTO interactions VALUES (?, ?, ?, ?, ?)');
  }

  add({ user, item, value, atMs }: InteractionRow): void {
    const isTest = this.#split.by === 'hash' && isTestPair(this.#split.salt, user, item);
    this.#insert.run(user, item, value, atMs ?? null, isTest ? 1 : 0);
  }

  /**
   * Divides the rows once all are there. The last row of each user and item stays; a pair in training is left out of the
   * test, since a recommender does not offer it again.
   * @throws {DataError} when a part would be empty.
   */
  divide(): Division {
    this.#database.exec('COMMIT');
    const cutMs = this.#split.by === 'time' ? this.#cut() : undefined;
    if (cutMs !== undefined) this.#isTest = `(at >= ${cutMs})`;
    const repeated = this.#leaveRepeatedOut();
    const train = this.#number(`SELECT count(*) FROM interactions WHERE ${this.#isTest} = 0`);
    const test = this.#number(`SELECT count(*) FROM interactions WHERE ${this.#isTest} = 1`);
    if (train === 0 || test === 0) {
      throw new DataError(`the rows cannot be divided: ${train} would be for training, ${test} for the test`);
    }
    const users = this.#number('SELECT count(DISTINCT user) FROM interactions');
    const items = this.#number('SELECT count(DISTINCT item) FROM interactions');
    return { train, test, users, items, repeated, cutMs };
  }

  /**
   * Streams the content of one part's file, many lines at a time: ordered by time where there are times, else by user and
   * item, with numbers in the order of their size.
   */
  *content(part: 'train' | 'test'): Generator<string> {
    const order = this.#split.by === 'time' ? 'at, rowid' : 'length(user), user, length(item), item';
    const rows = this.#database.prepare(
      `SELECT user || char(9) || item AS pair, value, at FROM interactions
       WHERE ${this.#isTest} = ${part === 'test' ? 1 : 0} ORDER BY ${order}`,
    );
    let lines = this.#split.by === 'time' ? 'user\titem\tvalue\tat\n' : 'user\titem\tvalue\n';
    for (const { pair, value, at } of rows.iterate()) {
      lines += typeof at === 'number' ? `${pair}\t${value}\t${momentText(at)}\n` : `${pair}\t${value}\n`;
      if (lines.length < BATCH_CHARACTERS) continue;
      yield lines;
      lines = '';
    }
    yield lines;
  }

  close(): void {
    this.#database.close();
  }

  /** The time at which nine tenths of the rows have happened. Sorts the rows of that day alone. */
  #cut(): number {
    const days = this.#database.prepare(
      `SELECT at / ${DAY_MS} AS day, count(*) AS rows FROM interactions GROUP BY day ORDER BY day`,
    );
    let left = Math.floor(TRAIN_SHARE * this.#number('SELECT count(*) FROM interactions'));
    for (const { day, rows } of days.iterate()) {
      if (left < Number(rows)) {
        return this.#number(
          `SELECT at FROM interactions WHERE at / ${DAY_MS} = ${Number(day)} ORDER BY at LIMIT 1 OFFSET ${left}`,
        );
      }
      left -= Number(rows);
    }
    throw new DataError('there are no rows to divide');
  }

  #leaveRepeatedOut(): number {
    const { changes } = this.#database
      .prepare(
        `DELETE FROM interactions WHERE rowid IN (
           SELECT row FROM (
             SELECT rowid AS row, ${this.#isTest} AS side,
               first_value(${this.#isTest}) OVER pair AS first_side, lead(${this.#isTest}) OVER pair AS next_side
             FROM interactions WINDOW pair AS (PARTITION BY user, item ORDER BY at, rowid))
           WHERE side <> first_side OR side IS next_side)`,
      )
      .run();
    return Number(changes);
  }

  /** @param sql  A query that gives one row with one integer. */
  #number(sql: string): number {
    return Number(Object.values(this.#database.prepare(sql).get() ?? {})[0]);
  }
}
