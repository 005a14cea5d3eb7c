import ts from 'typescript';
import { isHeadless } from './headless.ts';
import { lineOf, nodesOf, type SourceFile } from './source-file.ts';

/** A doc comment by its opening. */
export interface DocComment {
  readonly path: string;
  readonly line: number;
  /** Its text up to the first line break or 80 characters, without a leading tag. */
  readonly opening: string;
  readonly isHeadless: boolean;
}

/** An exported declaration without a doc comment. */
export interface UndocumentedExport {
  readonly path: string;
  readonly line: number;
  readonly name: string;
}

const LEADING_TAG = /^@(returns|throws|param\s+\S+|\w+)\s*(\{[^}]*\}\s*)?/;
const OPENING_LENGTH_MAX = 80;

/** Finds all doc comments of a file, whether on exports, on their members or on what is private. */
export function docComments({ path, tree }: SourceFile): readonly DocComment[] {
  const ranges = new Map<number, ts.CommentRange>();
  for (const node of nodesOf(tree)) for (const range of commentsBefore(node, tree.text)) ranges.set(range.pos, range);
  return [...ranges.values()]
    .map(({ pos, end }) => ({ pos, comment: tree.text.slice(pos, end) }))
    .filter(({ comment }) => comment.startsWith('/**') && comment !== '/**/')
    .map(({ pos, comment }) => {
      const opening = openingOf(comment);
      const line = tree.getLineAndCharacterOfPosition(pos).line + 1;
      return { path, line, opening, isHeadless: isHeadless(opening) };
    });
}

/** Finds exported declarations without a doc comment. Re-exports need none: they have one where they are declared. */
export function undocumentedExports({ path, tree }: SourceFile): readonly UndocumentedExport[] {
  return tree.statements
    .filter((statement) => ts.canHaveModifiers(statement) && isExported(statement) && !isDocumented(statement))
    .map((statement) => ({ path, line: lineOf(statement), name: nameOf(statement) }));
}

/** Counts exported declarations. */
export function exportCount({ tree }: SourceFile): number {
  return tree.statements.filter((statement) => ts.canHaveModifiers(statement) && isExported(statement)).length;
}

/** A comment that shares its line with the bracket or comma before it trails those, and belongs to the node all the same. */
function commentsBefore(node: ts.Node, text: string): readonly ts.CommentRange[] {
  const start = node.getFullStart();
  return [...(ts.getTrailingCommentRanges(text, start) ?? []), ...(ts.getLeadingCommentRanges(text, start) ?? [])];
}

function openingOf(comment: string): string {
  const text = comment.slice('/**'.length, -'*/'.length).replaceAll(/\n[ \t]*\*?/g, '\n');
  return text.trim().replace(LEADING_TAG, '').split('\n')[0]!.slice(0, OPENING_LENGTH_MAX);
}

function isExported(statement: ts.HasModifiers): boolean {
  return ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function isDocumented(statement: ts.Statement): boolean {
  return ts.getJSDocCommentsAndTags(statement).length > 0;
}

function nameOf(statement: ts.Statement): string {
  for (const node of nodesOf(statement)) if (ts.isIdentifier(node)) return node.text;
  return 'default';
}
