import { join } from 'node:path';
import { readCommandLine } from '../commands/datasets.ts';
import type { Reporter } from '../console/reporter.ts';
import { loadInteractions } from '../dataset-folder/interaction-table.ts';
import { prepareDataset } from './datasets-command.ts';

export interface Prepared {
  readonly isComplete: boolean;
  /** Lines on stdout and stderr. */
  readonly said: readonly string[];
  readonly complaints: readonly string[];
}

/** Runs the command as `npm run datasets -- prepare …` does, in this process, with paths relative to a folder. */
export async function prepare(workingFolder: string, words: readonly string[]): Promise<Prepared> {
  const said: string[] = [];
  const complaints: string[] = [];
  const reporter: Reporter = {
    say: (line) => void said.push(line),
    complain: (lines) => void complaints.push(...lines),
    progress: () => {},
    close: () => {},
  };
  const commandLine = readCommandLine(['prepare', ...words]);
  if (commandLine === 'help') throw new Error('help was asked for');
  const config = { workingFolder, datasetsFolder: join(workingFolder, 'datasets') };
  return { isComplete: await prepareDataset({ commandLine, config, reporter }), said, complaints };
}

/** The rows of a part as the project's own reader has them: `user item value`, and `at` where there are times. */
export async function rowsOf(folder: string, part: 'train' | 'test'): Promise<readonly string[]> {
  const { users, items, userOf, itemOf, values, atMs } = await loadInteractions(folder, part);
  return Array.from(values, (value, row) => {
    const at = atMs === undefined ? '' : ` ${new Date(atMs[row] ?? 0).toISOString()}`;
    return `${users[userOf[row] ?? 0]} ${items[itemOf[row] ?? 0]} ${value}${at}`;
  });
}
