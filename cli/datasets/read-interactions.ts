import type { Reporter } from '../console/reporter.ts';
import { progressOf } from '../console/row-progress.ts';
import { digestOf } from '../dataset-folder/file-content.ts';
import { interactionOf, type KnownItems } from './interaction-row.ts';
import type { InteractionStore } from './interaction-store.ts';
import type { RowTally } from './row-tally.ts';
import type { Source } from './source.ts';

/** Receivers of a source's interactions. */
export interface InteractionsTarget {
  readonly store: InteractionStore;
  /** `undefined` for a source of identifiers only. */
  readonly known: KnownItems | undefined;
  readonly tally: RowTally;
  readonly reporter: Reporter;
}

/**
 * Reads a source's interactions into the store, and bad rows into the tally. Reads the file twice: the first time counts
 * its lines, for the progress.
 * @throws {DataError} when most rows are bad, or there are none.
 */
export async function readInteractions({ columns, interactions }: Source, target: InteractionsTarget): Promise<void> {
  const { store, known, tally, reporter } = target;
  reporter.say(`reading ${interactions.path} …`);
  const { lineCount: linesTotal } = await digestOf(interactions.path);
  const startMs = performance.now();
  for await (const rows of interactions.rows()) {
    for (const row of rows) {
      const read = 'problem' in row ? row.problem : interactionOf(row.cells, columns, known);
      if ('reason' in read) tally.addBad(row.line, read);
      else {
        tally.good++;
        store.add(read);
      }
    }
    tally.endBatch();
    const linesDone = rows.at(-1)?.line ?? 0;
    const seconds = (performance.now() - startMs) / 1000;
    const secondsLeft = linesDone > 0 ? ((linesTotal - linesDone) * seconds) / linesDone : undefined;
    const rowCount = tally.good + tally.bad;
    const rate = { rows: rowCount, rowsPerSecond: rowCount / seconds, secondsLeft };
    reporter.progress(progressOf({ linesDone, linesTotal, ...rate }));
  }
  tally.end();
  reporter.endProgress();
}
