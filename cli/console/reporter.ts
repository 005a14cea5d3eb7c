/** How far a running import has come. */
export interface ImportProgress {
  readonly linesDone: number;
  readonly linesTotal: number;
  /** Sent or found bad, earlier runs of the same import included. */
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** `undefined` before anything was acknowledged. */
  readonly secondsLeft: number | undefined;
}

/** Where an import says what it does. */
export interface Reporter {
  /** A line of its own, on stdout. */
  say(line: string): void;
  /** Lines on stderr. */
  complain(lines: readonly string[]): void;
  progress(progress: ImportProgress): void;
  /** Ends what progress has drawn; lines may follow. */
  close(): void;
}

/** `12,000 rows, 3,200 rows/s, 12 s left` */
export function progressText({ rows, rowsPerSecond, secondsLeft }: ImportProgress): string {
  const left = secondsLeft === undefined ? '' : `, ${durationText(secondsLeft)} left`;
  return `${countText(rows)} rows, ${countText(Math.round(rowsPerSecond))} rows/s${left}`;
}

export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

function durationText(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
