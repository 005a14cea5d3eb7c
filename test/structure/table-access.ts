import { parse } from 'libpg-query';
import { textIn, treeNodes, valueIn } from './parse-tree.ts';

/** Tables and functions that SQL names; common table expressions and PostgreSQL's own catalog are left out. */
export interface TableAccess {
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** Functions that it calls, PostgreSQL's own included. */
  readonly calls: ReadonlySet<string>;
}

/** Statements with the key of the table that they change. */
const CHANGED: Readonly<Record<string, string>> = {
  InsertStmt: 'relation',
  UpdateStmt: 'relation',
  DeleteStmt: 'relation',
  MergeStmt: 'relation',
  CopyStmt: 'relation',
  CreateStmt: 'relation',
  AlterTableStmt: 'relation',
  intoClause: 'rel',
  into: 'rel',
};

/**
 * Parses SQL as PostgreSQL does.
 * @throws SqlError with PostgreSQL's message.
 */
export async function tableAccess(sql: string): Promise<TableAccess> {
  // FOR UPDATE OF names aliases of the query, not tables.
  const nodes = [...treeNodes(await parse(sql), 'LockingClause')];
  const textsOf = (type: string, key: string) =>
    nodes.filter((each) => each.type === type).map(({ node }) => textIn(node, key));
  const queryNames = new Set(textsOf('CommonTableExpr', 'ctename'));
  const tables = (names: readonly (string | undefined)[]) =>
    new Set(names.filter((name) => name !== undefined && !queryNames.has(name) && !name.startsWith('pg_')).map(String));
  return {
    reads: tables(textsOf('RangeVar', 'relname')),
    writes: tables(nodes.flatMap(({ type, node }) => changedBy(type, node))),
    calls: new Set(nodes.filter(({ type }) => type === 'FuncCall').map(({ node }) => calledBy(node))),
  };
}

function changedBy(type: string, node: unknown): readonly (string | undefined)[] {
  if (type === 'TruncateStmt')
    return [...treeNodes(node)].filter((each) => each.type === 'RangeVar').map((each) => textIn(each.node, 'relname'));
  const key = CHANGED[type];
  if (key === undefined || (type === 'CopyStmt' && valueIn(node, 'is_from') !== true)) return [];
  return [textIn(valueIn(node, key), 'relname')];
}

/** Name of a called function, without its schema. */
function calledBy(call: unknown): string {
  const names = [...treeNodes(valueIn(call, 'funcname'))].map(({ node }) => textIn(node, 'sval'));
  return names.findLast((name) => name !== undefined) ?? '';
}
