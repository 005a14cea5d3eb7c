import type { Progress } from './progress-bar.ts';

/** The progress of reading rows from files. */
export interface RowProgress {
  readonly linesDone: number;
  readonly linesTotal: number;
  /** Good and bad ones, earlier runs of the same import included. */
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** `undefined` before anything was acknowledged. */
  readonly secondsLeft: number | undefined;
}

/** As a progress bar shows it; a file of no lines is read as a whole. */
export function progressOf(progress: RowProgress): Progress {
  const { linesDone, linesTotal } = progress;
  const text = progressText(progress);
  return linesTotal === 0 ? { done: 1, total: 1, text } : { done: linesDone, total: linesTotal, text };
}

/** `12,000 rows, 3,200 rows/s, 12 s left` */
export function progressText({ rows, rowsPerSecond, secondsLeft }: RowProgress): string {
  const left = secondsLeft === undefined ? '' : `, ${durationText(secondsLeft)} left`;
  return `${countText(rows)} rows, ${countText(Math.round(rowsPerSecond))} rows/s${left}`;
}

/** `12,000` */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

function durationText(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
