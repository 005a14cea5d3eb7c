import type { FieldProblem } from '@kindred/shared/problem';
import type { Reporter } from '../console/reporter.ts';
import { countText } from '../console/row-progress.ts';
import { DataError } from '../dataset-folder/data-error.ts';
import { rejectionText } from '../import/rejection.ts';

/** Bad rows of one file that are listed; further ones are only counted. */
const TOLD_MAX = 1_000;

/** A file is judged from this many rows on: most of them must be good. */
const JUDGED_FROM = 1_000;

/** Counts the rows of one file, and lists the bad ones on stderr. */
export class RowTally {
  good = 0;
  bad = 0;
  readonly #fileName: string;
  readonly #reporter: Reporter;
  #untold: string[] = [];

  constructor(fileName: string, reporter: Reporter) {
    this.#fileName = fileName;
    this.#reporter = reporter;
  }

  addBad(line: number, problem: FieldProblem): void {
    this.bad++;
    if (this.bad <= TOLD_MAX) this.#untold.push(rejectionText(this.#fileName, { line, problem }));
  }

  /** Lists the bad rows of a batch; call it after each one. @throws {DataError} when most of many rows are bad. */
  endBatch(): void {
    if (this.#untold.length > 0) this.#reporter.complain(this.#untold);
    this.#untold = [];
    if (this.good + this.bad >= JUDGED_FROM) this.#judge();
  }

  /** Call it after the last row. @throws {DataError} when most rows are bad, or there are none. */
  end(): void {
    this.endBatch();
    this.#judge();
    if (this.good === 0) throw new DataError(`${this.#fileName} has no rows`);
    if (this.bad > TOLD_MAX) {
      this.#reporter.complain([`${this.#fileName}: ${countText(this.bad - TOLD_MAX)} further rows are bad`]);
    }
  }

  #judge(): void {
    if (this.bad <= this.good) return;
    const rows = countText(this.good + this.bad);
    throw new DataError(
      `most rows of ${this.#fileName} are bad, ${countText(this.bad)} of the first ${rows}: is it the right file, with the right columns?`,
    );
  }
}
