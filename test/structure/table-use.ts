import type { SourceFile } from '../house/source-file.ts';
import type { Schema } from './schema.ts';
import { type SqlText, sqlTexts, writingFragments } from './sql-texts.ts';
import { type TableAccess, tableAccess } from './table-access.ts';

/** One use of a table by a statement. */
export interface TableUse {
  readonly table: string;
  readonly isWrite: boolean;
  /** The service whose code holds the statement; `infra` or a room of `shared` for code of no service. */
  readonly by: string;
  /** `path:line` of the statement. */
  readonly at: string;
}

/** Code of `shared` that acts for one service: a port's adapter in a room of its own. */
const ACTS_FOR: Readonly<Record<string, string>> = { 'shared/event-log': 'ranking' };

/**
 * Finds every use of a table in the given files, also through functions of the schema.
 * @throws Error naming the place of a statement that cannot be parsed, or of a string that changes rows as a part of one.
 */
export async function tableUses(files: readonly SourceFile[], schema: Schema): Promise<readonly TableUse[]> {
  const [fragment] = files.flatMap(writingFragments);
  if (fragment !== undefined) throw new Error(`${fragment} changes rows in a part of a statement; write it as a whole`);
  const uses = await Promise.all(files.flatMap(sqlTexts).map((text) => usesOf(text, schema)));
  return uses.flat();
}

async function usesOf(text: SqlText, schema: Schema): Promise<readonly TableUse[]> {
  const own = await accessOf(text);
  const called = [...own.calls].flatMap((name) => schema.functions.get(name) ?? []);
  const use = (table: string, isWrite: boolean) => ({
    table,
    isWrite,
    by: userAt(text.path),
    at: `${text.path}:${text.line}`,
  });
  return [own, ...called].flatMap(({ reads, writes }) => [
    ...[...reads].map((table) => use(table, false)),
    ...[...writes].map((table) => use(table, true)),
  ]);
}

async function accessOf({ path, line, forms }: SqlText): Promise<TableAccess> {
  const attempts = await Promise.allSettled(forms.map((form) => tableAccess(form)));
  const read = attempts.find(({ status }) => status === 'fulfilled');
  if (read?.status === 'fulfilled') return read.value;
  throw new Error(`${path}:${line} holds SQL that cannot be parsed: ${forms[0]}`);
}

function userAt(path: string): string {
  const [first = '', second = ''] = path.split('/');
  if (first === 'services') return second;
  const room = `${first}/${second}`;
  return first === 'infra' ? first : (ACTS_FOR[room] ?? room);
}
