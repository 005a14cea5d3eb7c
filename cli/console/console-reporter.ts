import { type Console, type Progress, ProgressBar } from './progress-bar.ts';
import type { Reporter, Result } from './reporter.ts';

export interface ConsoleReporterOptions {
  readonly stdout: Console;
  readonly stderr: Console;
  /** True if stdout is kept for the result, as one JSON value: all else goes to stderr. */
  readonly isJson?: boolean;
}

/** Reports on the two streams of a process. */
export class ConsoleReporter implements Reporter {
  readonly #options: ConsoleReporterOptions;
  /** The stream of the work's lines and its progress. */
  readonly #talk: Console;
  readonly #bar: ProgressBar;

  constructor(options: ConsoleReporterOptions) {
    this.#options = options;
    this.#talk = options.isJson ? options.stderr : options.stdout;
    this.#bar = new ProgressBar(this.#talk);
  }

  say(line: string): void {
    this.#bar.above(() => this.#talk.write(`${line}\n`));
  }

  complain(lines: readonly string[]): void {
    this.#bar.above(() => this.#options.stderr.write(lines.map((line) => `${line}\n`).join('')));
  }

  progress(progress: Progress): void {
    this.#bar.show(progress);
  }

  endProgress(): void {
    this.#bar.end();
  }

  result({ lines, json }: Result): void {
    this.endProgress();
    const { stdout, isJson = false } = this.#options;
    stdout.write(isJson ? `${JSON.stringify(json)}\n` : lines.map((line) => `${line}\n`).join(''));
  }
}
