import type { Progress } from './progress-bar.ts';

/** The outcome of a command, in two forms. */
export interface Result {
  /** For people. */
  readonly lines: readonly string[];
  /** For scripts, with `--json`. */
  readonly json: unknown;
}

/** The voice of a command, apart from streams and terminals. */
export interface Reporter {
  /** Writes a line about the work. */
  say(line: string): void;
  /** Writes lines about mistakes in the input, on stderr. */
  complain(lines: readonly string[]): void;
  /** May be called per batch of rows. */
  progress(progress: Progress): void;
  /** Leaves what progress has drawn; lines may follow. */
  endProgress(): void;
  /** Writes the result on stdout; called at most once, at the end. */
  result(result: Result): void;
}
