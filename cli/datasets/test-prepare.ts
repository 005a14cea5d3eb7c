import { join } from 'node:path';
import { Command } from 'commander';
import { datasetsCommand } from '../commands/datasets.ts';
import type { Reporter } from '../console/reporter.ts';
import { loadInteractions } from '../dataset-folder/interaction-table.ts';
import { prepareDataset } from './datasets-command.ts';

export interface Prepared {
  readonly isComplete: boolean;
  /** Lines about the work, and those of the result. */
  readonly said: readonly string[];
  /** Lines on stderr. */
  readonly complaints: readonly string[];
}

/** Runs `kindred datasets prepare …` in this process, with paths relative to a folder. */
export async function prepare(workingFolder: string, words: readonly string[]): Promise<Prepared> {
  const said: string[] = [];
  const complaints: string[] = [];
  const reporter: Reporter = {
    say: (line) => void said.push(line),
    complain: (lines) => void complaints.push(...lines),
    progress: () => {},
    endProgress: () => {},
    result: ({ lines }) => void said.push(...lines),
  };
  const config = { workingFolder, datasetsFolder: join(workingFolder, 'datasets') };
  let isComplete = false;
  const program = new Command().exitOverride();
  datasetsCommand(program, async (request) => {
    isComplete = await prepareDataset(request, { config, reporter });
  });
  await program.parseAsync(['datasets', 'prepare', ...words], { from: 'user' });
  return { isComplete, said, complaints };
}

/** The rows of a part as the project's own reader has them: `user item value`, and `at` where there are times. */
export async function rowsOf(folder: string, part: 'train' | 'test'): Promise<readonly string[]> {
  const { users, items, userOf, itemOf, values, atMs } = await loadInteractions(folder, part);
  return Array.from(values, (value, row) => {
    const at = atMs === undefined ? '' : ` ${new Date(atMs[row] ?? 0).toISOString()}`;
    return `${users[userOf[row] ?? 0]} ${items[itemOf[row] ?? 0]} ${value}${at}`;
  });
}
