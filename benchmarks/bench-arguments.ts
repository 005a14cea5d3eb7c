import { parseArgs } from 'node:util';

const QUESTION_NAMES = ['embedding', 'ann', 'ranking', 'serving', 'freshness', 'diversity', 'new-items'] as const;
export type QuestionName = (typeof QUESTION_NAMES)[number];

export interface BenchArguments {
  readonly question: QuestionName;
  /** A data set's name or folder; `undefined` for the question's own choice. */
  readonly data: string | undefined;
  /** Where the result goes; `undefined` for its place among the published ones. */
  readonly out: string | undefined;
  readonly seed: number;
  /** How many users to evaluate, drawn by a hash; `undefined` for all. */
  readonly users: number | undefined;
  /** Whether to evaluate on held-out training rows in place of the test. */
  readonly isValidation: boolean;
  /** A catalog of the data folder, whose own history is evaluated on in place of a data set. */
  readonly catalog: string | undefined;
  /** Those to evaluate; all where there are none. */
  readonly contenders: readonly string[];
  /** Whether new items are judged too, where the data have any. */
  readonly hasNewItems: boolean;
}

/** What was asked for cannot be understood. */
export class UsageError extends Error {
  constructor(reason: string) {
    super(`${reason}\n\n${USAGE}`);
    this.name = 'UsageError';
  }
}

const USAGE = `usage: npm run bench -- QUESTION [--data NAME|FOLDER] [--out FILE] [--seed N]
  embedding   texts embedded a second and core, against a bare loop over the same model
  ann         recall and speed of the served index, against exact search
  ranking     offline quality of the served ranking beside baselines; [--catalog NAME] on a catalog's own history, which
              no engine may serve meanwhile; [--contender NAME] that one only, may be repeated; [--users N] a hashed
              sample; [--validate] on held-out training rows; [--no-new-items] without the new-item protocol
  serving     latency over HTTP and start-up of the real server
  new-items   what more or less of new items costs all others, as they are served; [--users N], [--validate] as above
  diversity   relevance, diversity and time of slates that are picked by MMR and by SSD
  freshness   from an event to the slate that holds it, in both modes, and events applied a second`;
const SEED_DEFAULT = 20_240_607;

/** @throws {UsageError} */
export function readArguments(words: readonly string[]): BenchArguments {
  const { values, positionals } = parsed(words);
  const question = QUESTION_NAMES.find((name) => name === positionals[0]);
  if (question === undefined || positionals.length !== 1) {
    throw new UsageError(`the question must be one of ${QUESTION_NAMES.join(', ')}`);
  }
  const isValidation = values.validate ?? false;
  const ofRanking = [values.catalog, values.contender, values['no-new-items']];
  if (question !== 'ranking' && ofRanking.some((value) => value !== undefined)) {
    throw new UsageError('--catalog, --contender and --no-new-items belong to ranking');
  }
  const ofBoth = [values.users, values.validate];
  if (question !== 'ranking' && question !== 'new-items' && ofBoth.some((value) => value !== undefined)) {
    throw new UsageError('--users and --validate belong to ranking and new-items');
  }
  if (values.catalog !== undefined && (values.data !== undefined || isValidation)) {
    throw new UsageError(
      '--catalog takes the place of --data, and is cut at one time: --validate has no meaning there',
    );
  }
  if (question === 'freshness' && values.data !== undefined) {
    throw new UsageError('freshness makes its own data: --data belongs to the other questions');
  }
  return {
    question,
    data: values.data,
    out: values.out,
    seed: wholeNumber('--seed', values.seed, { min: 0, max: 2 ** 32 - 1 }) ?? SEED_DEFAULT,
    users: wholeNumber('--users', values.users, { min: 1, max: 1e9 }),
    isValidation,
    catalog: values.catalog,
    contenders: values.contender ?? [],
    hasNewItems: values['no-new-items'] !== true,
  };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        out: { type: 'string' },
        seed: { type: 'string' },
        users: { type: 'string' },
        validate: { type: 'boolean' },
        catalog: { type: 'string' },
        contender: { type: 'string', multiple: true },
        'no-new-items': { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(
  name: string,
  text: string | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < min || number > max) {
    throw new UsageError(`${name} must be a whole number from ${min} to ${max}`);
  }
  return number;
}
