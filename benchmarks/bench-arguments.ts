import { StartError } from '@kindred/shared/platform/config';
import { Argument, Command, InvalidArgumentError } from 'commander';

/** The questions, in the order of the help. */
const QUESTIONS = {
  embedding: 'texts embedded per second and core, against a bare loop over the same model',
  ann: 'recall and speed of the served index, against exact search',
  ranking: 'offline quality of the served ranking beside baselines',
  serving: 'latency over HTTP and start-up of the real server',
  freshness: 'from an event to the slate that holds it, in both modes, and events applied per second',
  diversity: 'relevance, diversity and time of slates that are picked by MMR and by SSD',
  'new-items': 'the price that all others pay for new items, as they are served',
} as const;

export type QuestionName = keyof typeof QUESTIONS;

export interface BenchArguments {
  readonly question: QuestionName;
  /** A data set's name or folder; `undefined` for the question's own choice. */
  readonly data: string | undefined;
  /** True to measure every data set that there is, one after another. */
  readonly isAll: boolean;
  /** The file for the result; `undefined` for its place among the published ones. */
  readonly out: string | undefined;
  readonly seed: number;
  /** The number of users to evaluate, drawn by a hash; `undefined` for all. */
  readonly users: number | undefined;
  /** True to evaluate on held-out training rows in place of the test. */
  readonly isValidation: boolean;
  /** A catalog of the data folder, whose own history is evaluated on in place of a data set. */
  readonly catalog: string | undefined;
  /** The contenders to evaluate; all where none is named. */
  readonly contenders: readonly string[];
  /** True to judge new items too, where the data have any. */
  readonly hasNewItems: boolean;
}

/** A choice that the data at hand do not allow. The message is for the user. */
export class UsageError extends StartError {}

interface Options {
  readonly data?: string;
  readonly all?: true;
  readonly out?: string;
  readonly seed: number;
  readonly users?: number;
  readonly validate?: true;
  readonly catalog?: string;
  readonly contender?: readonly string[];
  readonly newItems: boolean;
}

const SEED_DEFAULT = 20_240_607;
const SEED_MAX = 2 ** 32 - 1;
const USERS_MAX = 1e9;

/**
 * Declares `kindred bench`.
 * @param run  Called with a command line that fits together; any other is refused with the usage.
 */
export function declareBench(program: Command, run: (read: BenchArguments) => Promise<void> | void): void {
  const width = Math.max(...Object.keys(QUESTIONS).map((name) => name.length));
  const questions = Object.entries(QUESTIONS).map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`);
  program
    .command('bench')
    .summary('ask one of the questions that docs/BENCHMARKS.md answers')
    .description('Measures one question, writes the result as JSON, and writes docs/BENCHMARKS.md from all results.')
    .addArgument(new Argument('<question>', 'see below').choices(Object.keys(QUESTIONS)))
    .option('--data <name-or-folder>', 'a data set (docs/DATASETS.md), by name in $KINDRED_DATA or by its path')
    .option('--out <file>', "the result's file (default: its place in benchmarks/results)")
    .option('--seed <number>', 'decides all that is drawn', wholeNumber(0, SEED_MAX), SEED_DEFAULT)
    .optionsGroup('Options of ranking and new-items:')
    .option('--users <number>', 'evaluate a hashed sample of the users', wholeNumber(1, USERS_MAX))
    .option('--validate', 'evaluate on held-out training rows')
    .optionsGroup('Options of ranking:')
    .option('--all', 'every data set in $KINDRED_DATA, one after another')
    .option('--catalog <name>', "evaluate on a catalog's own history, which no engine may serve meanwhile")
    .option('--contender <name>', 'evaluate this one only; may be repeated', repeated)
    .option('--no-new-items', 'leave the new-item protocol out')
    .addHelpText('after', `\nQuestions:\n${questions.join('\n')}`)
    .action((question: QuestionName, options: Options, command: Command) => {
      const conflict = conflictOf(question, options);
      if (conflict !== undefined) command.error(`error: ${conflict}`);
      return run(argumentsOf(question, options));
    });
}

/** Reads the words after `kindred bench`. @throws {CommanderError} for any that do not fit together. */
export function readArguments(words: readonly string[]): BenchArguments {
  let read: BenchArguments | undefined;
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  declareBench(program, (found) => {
    read = found;
  });
  program.parse(['bench', ...words], { from: 'user' });
  if (read === undefined) throw new Error('the usage was asked for');
  return read;
}

function argumentsOf(question: QuestionName, options: Options): BenchArguments {
  const { data, all = false, out, seed, users, validate = false, catalog, contender = [], newItems } = options;
  return {
    question,
    data,
    isAll: all,
    out,
    seed,
    users,
    isValidation: validate,
    catalog,
    contenders: contender,
    hasNewItems: newItems,
  };
}

/** @returns The reason why these options do not fit the question, or one another. */
function conflictOf(question: QuestionName, options: Options): string | undefined {
  const { data, all, out, users, validate, catalog, contender, newItems } = options;
  const isOfRanking = all !== undefined || catalog !== undefined || contender !== undefined || !newItems;
  if (question !== 'ranking' && isOfRanking) {
    return '--all, --catalog, --contender and --no-new-items belong to ranking';
  }
  if (all !== undefined && (data !== undefined || catalog !== undefined || out !== undefined)) {
    return '--all takes the place of --data and --catalog, and writes one file for each data set: --out has no meaning there';
  }
  const isOfBoth = users !== undefined || validate !== undefined;
  if (question !== 'ranking' && question !== 'new-items' && isOfBoth) {
    return '--users and --validate belong to ranking and new-items';
  }
  if (catalog !== undefined && (data !== undefined || validate !== undefined)) {
    return '--catalog takes the place of --data, and is cut at one time: --validate has no meaning there';
  }
  if (question === 'freshness' && data !== undefined) {
    return 'freshness makes its own data: --data belongs to the other questions';
  }
  return undefined;
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

function repeated(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
