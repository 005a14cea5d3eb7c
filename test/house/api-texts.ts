import ts from 'typescript';
import { isHeadless } from './headless.ts';
import { lineOf, nodesOf, type SourceFile } from './source-file.ts';

/** A sentence of the API's reference or of the configuration page. */
export interface ApiText {
  readonly path: string;
  readonly line: number;
  readonly opening: string;
  readonly isHeadless: boolean;
}

const FIELDS = new Set(['description', 'summary']);
const OPENING_LENGTH_MAX = 80;

/** Finds texts that are written as `description` or `summary` of a schema, route or answer. */
export function apiTexts({ path, tree }: SourceFile): readonly ApiText[] {
  return nodesOf(tree)
    .filter((node) => ts.isPropertyAssignment(node))
    .filter(({ name, initializer }) => FIELDS.has(name.getText()) && isText(initializer))
    .map(({ initializer }) => {
      const opening = initializer.getText().slice(1, -1).slice(0, OPENING_LENGTH_MAX);
      return { path, line: lineOf(initializer), opening, isHeadless: isHeadless(opening) };
    })
    .toArray();
}

function isText(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}
