import ts from 'typescript';
import { lineOf, nodesOf, type SourceFile } from './source-file.ts';

/** A function, method, accessor or constructor with a body. */
export interface FunctionLength {
  readonly name: string;
  readonly path: string;
  /** Line of its first token, from 1. */
  readonly line: number;
  /** From the signature to the closing bracket, blank lines and comments included; nested functions count in both. */
  readonly lines: number;
}

/** Measures every function of a file, in the order of the text. */
export function functionLengths({ path, tree }: SourceFile): readonly FunctionLength[] {
  return nodesOf(tree)
    .filter((node) => ts.isFunctionLike(node))
    .filter((node) => 'body' in node && node.body !== undefined)
    .map((node) => ({
      name: nameOf(node),
      path,
      line: lineOf(node),
      lines: tree.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - lineOf(node),
    }))
    .toArray();
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (ts.isConstructorDeclaration(node)) return `${ownerOf(node)}constructor`;
  if (node.name !== undefined) return `${ownerOf(node)}${node.name.getText()}`;
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent))
    return `${ownerOf(parent)}${parent.name.getText()}`;
  if (ts.isCallExpression(parent)) return `callback of ${parent.expression.getText().replaceAll(/\s+/g, ' ')}`;
  return 'unnamed function';
}

function ownerOf(node: ts.Node): string {
  return ts.isClassLike(node.parent) && node.parent.name !== undefined ? `${node.parent.name.text}.` : '';
}
