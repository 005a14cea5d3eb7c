import type { RowProgress } from '../console/row-progress.ts';
import type { ImportState } from './import-state.ts';

/** Derives how far and how fast an import is from its state at one time. */
export type ImportPace = (state: ImportState, nowMs: number) => RowProgress;

/**
 * @param lineCounts  One per part of the import, in their order.
 * @param start  The state that this run began with, at `startMs`.
 * @returns Rates since then. The time left follows the part at hand alone, since items and events differ in speed.
 */
export function paceFrom(lineCounts: readonly number[], start: ImportState, startMs: number): ImportPace {
  const linesTotal = sumOf(lineCounts);
  const linesDoneBy = ({ part, line }: ImportState): number => sumOf(lineCounts.slice(0, part)) + line;
  let partStart = { part: start.part, linesDone: linesDoneBy(start), atMs: startMs };
  return (state, nowMs) => {
    const linesDone = linesDoneBy(state);
    if (state.part !== partStart.part) partStart = { part: state.part, linesDone, atMs: nowMs };
    const linesHere = linesDone - partStart.linesDone;
    const secondsALine = (nowMs - partStart.atMs) / 1000 / linesHere;
    return {
      linesDone,
      linesTotal,
      rows: rowsOf(state),
      rowsPerSecond: nowMs > startMs ? ((rowsOf(state) - rowsOf(start)) * 1000) / (nowMs - startMs) : 0,
      secondsLeft: linesHere > 0 ? (linesTotal - linesDone) * secondsALine : undefined,
    };
  };
}

function rowsOf({ items, events, rejected }: ImportState): number {
  return items + events + rejected;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
