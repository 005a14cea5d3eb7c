import type { ImportState } from './import-state.ts';
import type { ImportProgress } from './reporter.ts';

/** Tells how far and how fast an import is from its state at a moment. */
export type ImportPace = (state: ImportState, nowMs: number) => ImportProgress;

/**
 * @param lineCounts  Of the import's parts, in their order.
 * @param start  The state that this run began with, at `startMs`; rates count from there.
 */
export function paceFrom(lineCounts: readonly number[], start: ImportState, startMs: number): ImportPace {
  const linesTotal = sumOf(lineCounts);
  const linesDoneBy = ({ part, line }: ImportState): number => sumOf(lineCounts.slice(0, part)) + line;
  return (state, nowMs) => {
    const seconds = (nowMs - startMs) / 1000;
    const linesDone = linesDoneBy(state);
    const linesHere = linesDone - linesDoneBy(start);
    return {
      linesDone,
      linesTotal,
      rows: rowsOf(state),
      rowsPerSecond: seconds > 0 ? (rowsOf(state) - rowsOf(start)) / seconds : 0,
      secondsLeft: linesHere > 0 ? ((linesTotal - linesDone) / linesHere) * seconds : undefined,
    };
  };
}

function rowsOf({ items, events, rejected }: ImportState): number {
  return items + events + rejected;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
