import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parsePlPgSQL } from 'libpg-query';
import { textIn, treeNodes, valueIn } from './parse-tree.ts';
import { type TableAccess, tableAccess } from './table-access.ts';

/** The schema that the migrations leave behind. */
export interface Schema {
  readonly tables: ReadonlySet<string>;
  /** Access of the migrations' own functions, by name. */
  readonly functions: ReadonlyMap<string, TableAccess>;
}

/** Reads the SQL migrations of a folder in the order of their names. */
export async function readSchema(folder: string): Promise<Schema> {
  const tables = new Set<string>();
  const functions = new Map<string, TableAccess>();
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.sql')) continue;
    const sql = readFileSync(join(folder, name));
    for (const { stmt, stmt_location: start = 0, stmt_len: length } of (await parse(sql.toString())).stmts ?? []) {
      changeTables(tables, stmt);
      const created = valueIn(stmt, 'CreateFunctionStmt');
      if (created === undefined) continue;
      // Places are in bytes.
      const text = sql.subarray(start, length === undefined ? undefined : start + length).toString();
      functions.set(functionName(created), await functionAccess(text));
    }
  }
  return { tables, functions };
}

function changeTables(tables: Set<string>, statement: unknown): void {
  const created = textIn(valueIn(valueIn(statement, 'CreateStmt'), 'relation'), 'relname');
  if (created !== undefined) tables.add(created);
  const renamed = valueIn(statement, 'RenameStmt');
  if (valueIn(renamed, 'renameType') === 'OBJECT_TABLE') {
    tables.delete(textIn(valueIn(renamed, 'relation'), 'relname') ?? '');
    tables.add(textIn(renamed, 'newname') ?? '');
  }
  const dropped = valueIn(statement, 'DropStmt');
  if (valueIn(dropped, 'removeType') === 'OBJECT_TABLE')
    for (const { node } of treeNodes(dropped)) tables.delete(textIn(node, 'sval') ?? '');
}

function functionName(created: unknown): string {
  const names = [...treeNodes(valueIn(created, 'funcname'))].map(({ node }) => textIn(node, 'sval'));
  return names.findLast((name) => name !== undefined) ?? '';
}

/** Adds up the statements of a PL/pgSQL function; an expression reads as the query that PostgreSQL makes of it. */
async function functionAccess(text: string): Promise<TableAccess> {
  const queries = [...treeNodes(await parsePlPgSQL(text))]
    .map(({ node }) => textIn(node, 'query'))
    .filter((query) => query !== undefined);
  const all = await Promise.all(queries.map((query) => tableAccess(query).catch(() => tableAccess(`SELECT ${query}`))));
  const union = (key: keyof TableAccess) => new Set(all.flatMap((access) => [...access[key]]));
  return { reads: union('reads'), writes: union('writes'), calls: union('calls') };
}
