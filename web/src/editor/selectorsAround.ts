import type { SyntaxNode, Tree } from '@lezer/common';
import { labelText, quote } from '../api/promqlText.js';

/** A query, and the tree that it is read as. */
interface ReadQuery {
  readonly text: string;
  readonly tree: Tree;
}

/**
 * The selectors among whose series labels and values for a place are to be found, the narrowest first: the metric
 * with all whole matchers but the one at the place, the metric alone, and '' for all series. Between the labels of a
 * grouping it is the first selector of what is grouped.
 */
export function selectorsAround({ text, tree }: ReadQuery, at: number): readonly string[] {
  const selector = selectorFor(tree.resolveInner(at, -1));
  if (selector === null) return [''];
  const textOf = ({ from, to }: SyntaxNode) => text.slice(from, to);
  const list = selector.getChild('LabelMatchers');
  const parts = MATCHERS.flatMap((name) => list?.getChildren(name) ?? [])
    .filter(({ from, to }) => at < from || at > to)
    .filter((node) => isWhole(node, textOf(node)));
  const names = parts.filter(({ name }) => name === 'QuotedLabelName');
  const metric = selector.getChild('Identifier');
  const written = [parts, names].map((some) => selectorOf(metric ? textOf(metric) : '', some.map(textOf)));
  return [...new Set([...written, ''])];
}

/** As the selectors, of series whose label has letters in its value, in capitals or not. */
export function withLetters(selectors: readonly string[], label: string, letters: string): readonly string[] {
  const pattern = `(?i).*${letters.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}.*`;
  const matcher = `${labelText(label)}=~${quote(pattern)}`;
  return selectors.map((selector) =>
    selector.endsWith('}') ? `${selector.slice(0, -1)}, ${matcher}}` : `${selector}{${matcher}}`,
  );
}

/** Of these the first is the name of a metric in quotes. */
const MATCHERS = ['QuotedLabelName', 'QuotedLabelMatcher', 'UnquotedLabelMatcher'];

function selectorFor(node: SyntaxNode): SyntaxNode | null {
  const place = closest(node, ['LabelMatchers', 'GroupingLabels']);
  if (place?.name !== 'GroupingLabels') return place?.parent ?? null;
  const grouped = closest(place, ['AggregateExpr', 'BinaryExpr']);
  return grouped && firstWithin(grouped, 'VectorSelector');
}

function closest(node: SyntaxNode | null, names: readonly string[]): SyntaxNode | null {
  if (node === null || names.includes(node.name)) return node;
  return closest(node.parent, names);
}

function firstWithin(root: SyntaxNode, name: string): SyntaxNode | null {
  let found: SyntaxNode | null = null;
  root.cursor().iterate((node) => {
    if (found === null && node.name === name) found = node.node;
    return found === null;
  });
  return found;
}

/** Whether nothing is missing, of the text in quotes neither. */
function isWhole(node: SyntaxNode, text: string): boolean {
  let isSound = true;
  node.cursor().iterate(({ type }) => {
    if (type.isError) isSound = false;
  });
  return isSound && QUOTED_END.test(text);
}

const QUOTED_END = /(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)$/s;

function selectorOf(metric: string, matchers: readonly string[]): string {
  return matchers.length === 0 ? metric : `${metric}{${matchers.join(', ')}}`;
}
