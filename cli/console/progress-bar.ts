import { clearLine, cursorTo } from 'node:readline';
import { SingleBar } from 'cli-progress';

/** The progress of something long. */
export interface Progress {
  readonly done: number;
  /** In the same unit; 0 if nobody knows. */
  readonly total: number;
  /** Stands after the share that is done. */
  readonly text: string;
}

/** A stream that may be a terminal, such as `process.stdout`. */
export type Console = NodeJS.WritableStream & { readonly isTTY?: boolean };

const LINE_EVERY_MS = 5_000;

/** Puts the cursor where the bar's end will look for it: cli-progress restores the position that was saved last. */
const SAVE_CURSOR = '\x1b7';

const drawn = new Set<ProgressBar>();

/** Ends every bar that is drawn, so that a message stands on a line of its own and no timer keeps the process alive. */
export function endProgressBars(): void {
  for (const bar of drawn) bar.end();
}

/** Shows progress: a bar in the last line of a terminal, a line every few seconds elsewhere. */
export class ProgressBar {
  readonly #stream: Console;
  #bar: SingleBar | undefined;
  #saidMs = performance.now();

  constructor(stream: Console) {
    this.#stream = stream;
  }

  /** Costs next to nothing between two redraws, so it may be called per row. */
  show(progress: Progress): void {
    if (this.#stream.isTTY === true) this.#draw(progress);
    else if (performance.now() - this.#saidMs >= LINE_EVERY_MS) this.#say(progress);
  }

  /** Shows the last progress in any case, and ends the bar. */
  finish(progress: Progress): void {
    if (this.#stream.isTTY === true) this.#draw(progress);
    else this.#say(progress);
    this.end();
  }

  /** Writes whole lines, to any stream of the same terminal, above the bar. */
  above(write: () => void): void {
    if (this.#bar === undefined) {
      write();
      return;
    }
    cursorTo(this.#stream, 0);
    clearLine(this.#stream, 0);
    write();
    this.#stream.write(SAVE_CURSOR);
    this.#bar.render();
  }

  /** Leaves the bar as it stands; lines may follow. Does nothing where none is drawn. */
  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    drawn.delete(this);
  }

  #draw({ done, total, text }: Progress): void {
    if (this.#bar === undefined) {
      this.#bar = newBar(this.#stream, total > 0);
      this.#bar.start(total, done, { text });
      drawn.add(this);
    } else this.#bar.update(done, { text });
  }

  #say({ done, total, text }: Progress): void {
    this.#saidMs = performance.now();
    this.#stream.write(total > 0 ? `${Math.floor((100 * done) / total)} %: ${text}\n` : `${text}\n`);
  }
}

function newBar(stream: Console, hasTotal: boolean): SingleBar {
  return new SingleBar({
    format: hasTotal ? '[{bar}] {percentage}% {text}' : '{text}',
    barCompleteChar: '#',
    barIncompleteChar: '.',
    barsize: 24,
    stream,
    hideCursor: false,
    gracefulExit: false,
    // The bar is cut to the terminal's width; long lines above it are not.
    linewrap: true,
    // A line that was written above has moved the bar.
    forceRedraw: true,
  });
}
