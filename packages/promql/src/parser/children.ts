import type { SyntaxNode } from '@lezer/common';

/**
 * The first child of a kind; null where there is none. The tree's own way walks up to the top of the tree first,
 * which takes long where it is deep.
 */
export function childOf(node: SyntaxNode, kind: string): SyntaxNode | null {
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.type.is(kind)) return child;
  }
  return null;
}

/** All children of a kind, in the order of the text. */
export function childrenOf(node: SyntaxNode, kind: string): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.type.is(kind)) children.push(child);
  }
  return children;
}
