import type { Progress } from './progress-bar.ts';

/** What a command found out, for its reader. */
export interface Result {
  /** For people. */
  readonly lines: readonly string[];
  /** For scripts, with `--json`. */
  readonly json: unknown;
}

/** Where a command says what it does. */
export interface Reporter {
  /** Writes a line about the work. */
  say(line: string): void;
  /** Writes lines about what is wrong, on stderr. */
  complain(lines: readonly string[]): void;
  /** May be called per batch of rows. */
  progress(progress: Progress): void;
  /** Leaves what progress has drawn; lines may follow. */
  endProgress(): void;
  /** Writes the result on stdout; called at most once, at the end. */
  result(result: Result): void;
}
