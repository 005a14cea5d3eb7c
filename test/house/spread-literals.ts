import ts from 'typescript';
import { lineOf, nodesOf, type SourceFile } from './source-file.ts';

/** An object literal that is spread where it is written, so that a formatter breaks its lines differently. */
export interface SpreadLiteral {
  readonly path: string;
  readonly line: number;
}

/** Finds `...{ a, b }`. A spread condition, `...(a && { a })`, says something and is not one. */
export function spreadLiterals({ path, tree }: SourceFile): readonly SpreadLiteral[] {
  return nodesOf(tree)
    .filter((node) => ts.isSpreadAssignment(node) || ts.isSpreadElement(node))
    .filter(({ expression }) => ts.isObjectLiteralExpression(expression))
    .map((node) => ({ path, line: lineOf(node) }))
    .toArray();
}
