/** Parts of a command's help that follow its options. */
export interface HelpAfter {
  readonly notes?: readonly string[];
  /** Variables with their meaning. */
  readonly environment: Readonly<Record<string, string>>;
  /** Exit codes with their meaning. */
  readonly exitCodes: Readonly<Record<number, string>>;
}

/** The help of `--json`, in each command that has it. */
export const JSON_HELP = 'print the result as one JSON value on stdout, and all else on stderr';

/** The part of a command's help that follows its options. */
export function helpAfter({ notes = [], environment, exitCodes }: HelpAfter): string {
  const sections = [section('Environment', environment), section('Exit codes', exitCodes)];
  return `\n${[...notes, ...(notes.length > 0 ? [''] : []), sections.join('\n\n')].join('\n')}`;
}

function section(title: string, entries: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(entries).map((name) => name.length));
  const lines = Object.entries(entries).map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`);
  return [`${title}:`, ...lines].join('\n');
}
