import { parseArgs } from 'node:util';

const QUESTION_NAMES = ['embedding', 'ann', 'ranking', 'serving', 'freshness'] as const;
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
  ranking     offline quality of the served ranking; [--users N] a hashed sample, [--validate] on held-out training rows
  serving     latency over HTTP and start-up of the real server
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
  if (question !== 'ranking' && (isValidation || values.users !== undefined)) {
    throw new UsageError('--users and --validate belong to ranking');
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
