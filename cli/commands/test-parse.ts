import { Command } from 'commander';

/** The outcome of reading a command line. */
export interface Parsed {
  /** The arguments that the command's work was called with; `undefined` where it was refused. */
  readonly called: readonly unknown[] | undefined;
  readonly stderr: string;
  readonly exitCode: number;
}

type Declare = (program: Command, run: (...called: readonly unknown[]) => Promise<void>) => void;

/** Reads a command line as `kindred` does, without doing the work. */
export async function parse(declare: Declare, words: readonly string[]): Promise<Parsed> {
  let called: readonly unknown[] | undefined;
  const stderr: string[] = [];
  const program = new Command('kindred').showHelpAfterError();
  let exitCode = 0;
  program.exitOverride((error) => {
    exitCode = error.exitCode;
    throw error;
  });
  program.configureOutput({ writeErr: (text) => void stderr.push(text), writeOut: () => {} });
  declare(program, async (...given) => {
    called = given;
  });
  await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
    if (exitCode === 0) throw error;
  });
  return { called, stderr: stderr.join(''), exitCode };
}
