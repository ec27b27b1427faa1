import { labelText, type MatchOp, selectorText } from '../../api/promqlText.js';
import type { ExprNode, NodeStats, SelectorNode, TimeShift, VectorMatching } from '../../api/types.js';
import { durationText } from '../durationText.js';

/** A part of an expression as a line of its own. */
export interface ExprPart {
  /** Where it is in the tree, unique. */
  readonly path: string;
  readonly depth: number;
  /** What it does by itself, without what is below it. */
  readonly text: string;
  readonly kind: string;
  readonly stats: NodeStats | undefined;
}

/** The parts of an expression, each before those it is made of. */
export function exprParts(node: ExprNode, path = '0', depth = 0): ExprPart[] {
  const { text, kind, children } = describe(node);
  const below = children.flatMap((child, place) => exprParts(child, `${path}.${place}`, depth + 1));
  return [{ path, depth, text, kind, stats: node.stats }, ...below];
}

interface Description {
  readonly text: string;
  readonly kind: string;
  readonly children: readonly ExprNode[];
}

function describe(node: ExprNode): Description {
  switch (node.type) {
    case 'numberLiteral':
      return { text: node.val, kind: 'number', children: [] };
    case 'stringLiteral':
      return { text: JSON.stringify(node.val), kind: 'text', children: [] };
    case 'parenExpr':
      return { text: '( … )', kind: 'parentheses', children: [node.expr] };
    case 'unaryExpr':
      return { text: node.op, kind: 'sign', children: [node.expr] };
    case 'vectorSelector':
      return { text: selectorNodeText(node), kind: 'selector', children: [] };
    case 'matrixSelector':
      return { text: selectorNodeText(node, node.range), kind: 'range selector', children: [] };
    case 'subquery': {
      const step = node.step === 0 ? '' : durationText(node.step);
      const text = `[${durationText(node.range)}:${step}]${shiftText(node)}`;
      return { text, kind: 'subquery', children: [node.expr] };
    }
    case 'call':
      return { text: `${node.func.name}( … )`, kind: 'function', children: node.args };
    case 'aggregation':
      return {
        text: `${node.op}${groupingText(node)}( … )`,
        kind: 'aggregation',
        children: node.param === null ? [node.expr] : [node.param, node.expr],
      };
    case 'binaryExpr':
      return {
        text: `${node.op}${node.bool ? ' bool' : ''}${matchingText(node.matching)}`,
        kind: 'operator',
        children: [node.lhs, node.rhs],
      };
  }
}

function groupingText({ grouping, without }: { grouping: readonly string[]; without: boolean }): string {
  if (grouping.length === 0 && !without) return '';
  return ` ${without ? 'without' : 'by'} (${grouping.map(labelText).join(', ')}) `;
}

function matchingText(matching: VectorMatching | null): string {
  if (matching === null) return '';
  const { on, labels, card, include } = matching;
  const how =
    on || labels.length > 0 ? ` ${on ? 'on' : 'ignoring'} (${labels.map(labelText).join(', ')})` : '';
  const side = { 'many-to-one': 'left', 'one-to-many': 'right' }[card];
  return side === undefined ? how : `${how} group_${side} (${include.map(labelText).join(', ')})`;
}

function selectorNodeText(node: SelectorNode, rangeMs?: number): string {
  const named = node.matchers.find(({ name, type }) => name === '__name__' && type === '=');
  const others = node.matchers.filter((matcher) => matcher !== named);
  const filters = others.map(({ name, type, value }) => ({ label: name, op: type as MatchOp, value }));
  const range = rangeMs === undefined ? '' : `[${durationText(rangeMs)}]`;
  const edges = node.anchored ? ' anchored' : node.smoothed ? ' smoothed' : '';
  return `${selectorText(named?.value ?? '', filters)}${range}${edges}${shiftText(node)}`;
}

function shiftText({ offset, timestamp, startOrEnd }: TimeShift): string {
  const at = timestamp !== null ? ` @ ${timestamp / 1000}` : startOrEnd !== null ? ` @ ${startOrEnd}()` : '';
  if (offset === 0) return at;
  return `${at} offset ${offset < 0 ? '-' : ''}${durationText(Math.abs(offset))}`;
}
