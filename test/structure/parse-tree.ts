/** A node of a parse tree with its type, which the tree gives as the key that holds it. */
export interface TreeNode {
  readonly type: string;
  readonly node: unknown;
}

/** All values of a parse tree with the key that each is found under, parents first; nothing below `passedOver`. */
export function* treeNodes(tree: unknown, passedOver?: string): Generator<TreeNode> {
  if (typeof tree !== 'object' || tree === null) return;
  for (const [type, node] of Object.entries(tree)) {
    if (type === passedOver) continue;
    yield { type, node };
    yield* treeNodes(node, passedOver);
  }
}

/** Value under a key; `undefined` if the node has none. */
export function valueIn(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined;
}

/** Text under a key; `undefined` if the node has none. */
export function textIn(node: unknown, key: string): string | undefined {
  const value = valueIn(node, key);
  return typeof value === 'string' ? value : undefined;
}
