import ts from 'typescript';
import { lineOf, nodesOf, type SourceFile } from '../house/source-file.ts';

/** A string of the source that holds SQL. */
export interface SqlText {
  readonly path: string;
  readonly line: number;
  /** Forms of it that differ in what stands for the interpolations that cannot be read; one of them is to parse. */
  readonly forms: readonly string[];
}

const STATEMENT =
  /^[\s(]*(SELECT|INSERT|UPDATE|DELETE|MERGE|TRUNCATE|COPY|WITH|VALUES|CREATE|ALTER|DROP|DECLARE|FETCH|LOCK|LISTEN)\s/;
const WRITING = /\b(INSERT INTO|DELETE FROM|MERGE INTO|TRUNCATE|COPY \w+ FROM|UPDATE \w+( AS)?( \w+)? SET)\b/;

/** Stand-ins for an interpolation: a value, a number, a query (a string of its own elsewhere), the name of no table. */
const STAND_INS = ['$99', '1', 'SELECT', 'unread_interpolation'];

/** Finds the SQL statements among the strings and templates of a file; constants of the same file are filled in. */
export function sqlTexts(file: SourceFile): readonly SqlText[] {
  return stringsOf(file)
    .filter((node) => STATEMENT.test(textOf(node, '$99')))
    .map((node) => ({
      path: file.path,
      line: lineOf(node),
      forms: STAND_INS.map((standIn) => textOf(node, standIn)),
    }));
}

/** Finds strings that change rows but are no statement of their own, so that nothing could tell whose rows they are. */
export function writingFragments(file: SourceFile): readonly string[] {
  return stringsOf(file)
    .filter((node) => WRITING.test(textOf(node, '$99')) && !STATEMENT.test(textOf(node, '$99')))
    .map((node) => `${file.path}:${lineOf(node)}`);
}

type StringNode = ts.StringLiteralLike | ts.TemplateExpression;

function stringsOf({ tree }: SourceFile): readonly StringNode[] {
  return nodesOf(tree)
    .filter((node) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))
    .toArray();
}

function textOf(node: StringNode, standIn: string): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  const spans = node.templateSpans.map(
    ({ expression, literal }) => (constantOf(expression, standIn) ?? standIn) + literal.text,
  );
  return node.head.text + spans.join('');
}

/** Text of a constant of the same file; `undefined` for any other expression. */
function constantOf(expression: ts.Expression, standIn: string): string | undefined {
  if (!ts.isIdentifier(expression)) return undefined;
  const declaration = nodesOf(expression.getSourceFile())
    .filter((node) => ts.isVariableDeclaration(node))
    .find(({ name }) => ts.isIdentifier(name) && name.text === expression.text);
  const value = declaration?.initializer;
  if (value === undefined) return undefined;
  return ts.isStringLiteralLike(value) || ts.isTemplateExpression(value) ? textOf(value, standIn) : undefined;
}
