import ts from 'typescript';

/** One parsed file of the repository. */
export interface SourceFile {
  /** From the repository's root, with `/` between folders. */
  readonly path: string;
  /** The workspace it belongs to: `services/ranking`, `shared`. */
  readonly workspace: string;
  /** True for tests, contracts, fixtures and everything in `test/`: code that no running service loads. */
  readonly isTest: boolean;
  readonly lineCount: number;
  readonly tree: ts.SourceFile;
}

const TEST = /[.](test|contract|fixture|e2e|fault)[.]ts$|\/test-[^/]+[.]ts$|^test\//;

/** Parses TypeScript or JavaScript. Syntax errors are the compiler's to report: the tree then holds what could be read. */
export function parseSource(path: string, text: string): SourceFile {
  const [first = '', second = ''] = path.split('/');
  return {
    path,
    workspace: first === 'services' ? `${first}/${second}` : first,
    isTest: TEST.test(path),
    lineCount: text === '' ? 0 : text.trimEnd().split('\n').length,
    tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true),
  };
}

/** Line of a node's first token, from 1; its doc comment lies before that. */
export function lineOf(node: ts.Node): number {
  const tree = node.getSourceFile();
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** All nodes of a tree, parents before children, in the order of the text. */
export function* nodesOf(root: ts.Node): Generator<ts.Node> {
  const waiting: ts.Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => void children.push(child));
    waiting.push(...children.reverse());
  }
}
