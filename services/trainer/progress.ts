/** One line of a training's progress. */
export interface ProgressLine {
  /** Rising from 1. */
  readonly number: number;
  readonly text: string;
}

const LINES_MAX = 200;

/** Progress of a training: the last of each run of lines that count up, and no more than the last two hundred of all. */
export class Progress {
  #lines: readonly ProgressLine[] = [];
  #said = 0;

  get lines(): readonly ProgressLine[] {
    return this.#lines;
  }

  /** @returns True if the line is of another kind than the one before it. */
  add(text: string): boolean {
    const last = this.#lines.at(-1);
    const isNew = last === undefined || kindOf(last.text) !== kindOf(text);
    const kept = isNew ? this.#lines.slice(-LINES_MAX + 1) : this.#lines.slice(0, -1);
    this.#lines = [...kept, { number: ++this.#said, text }];
    return isNew;
  }
}

/** The line without its count: lines that count up end in a percentage or a number of rows. */
function kindOf(text: string): string {
  return text.replace(/\d+ (?=%$|rows$)/, '');
}
