import type { ExprNode, SelectorNode } from '../../api/types.js';
import { durationText } from '../durationText.js';
import type { BuiltQuery, Operation } from './builtQuery.js';
import { isKnown, newOperation, operationOf } from './operationKinds.js';

export type Parsed = { readonly query: BuiltQuery } | { readonly reason: string };

/** The choices a query is made of, or what of it there is no choice for. */
export function parseBuilt(node: ExprNode): Parsed {
  switch (node.type) {
    case 'parenExpr':
      return parseBuilt(node.expr);
    case 'vectorSelector':
      return selected(node);
    case 'aggregation':
      return aggregated(node);
    case 'call':
      return called(node);
    case 'binaryExpr':
      return combined(node);
    case 'matrixSelector':
      return { reason: 'samples that no function is applied to' };
    case 'subquery':
      return { reason: 'subqueries' };
    case 'unaryExpr':
      return { reason: 'signs' };
    case 'numberLiteral':
    case 'stringLiteral':
      return { reason: 'numbers or texts alone' };
  }
}

/** The operation behind those that the inner part is made of. */
function then(inner: ExprNode, operation: Operation): Parsed {
  const parsed = parseBuilt(inner);
  if ('reason' in parsed) return parsed;
  return { query: { ...parsed.query, operations: [...parsed.query.operations, operation] } };
}

function selected(node: SelectorNode): Parsed {
  if (node.offset !== 0 || node.timestamp !== null || node.startOrEnd !== null) {
    return { reason: 'other times (offset, @)' };
  }
  if (node.anchored || node.smoothed) return { reason: 'anchored or smoothed' };
  const named = node.matchers.find(({ name, type }) => name === '__name__' && type === '=');
  const filters = node.matchers
    .filter((matcher) => matcher !== named)
    .map(({ name, type, value }) => ({ label: name, op: type, value }));
  return { query: { metric: named?.value ?? '', filters, operations: [] } };
}

function aggregated(node: Extract<ExprNode, { type: 'aggregation' }>): Parsed {
  if (!isKnown(node.op)) return { reason: node.op };
  const number = numberOf(node.param);
  if (number === null) return { reason: `${node.op} with another parameter than a number` };
  const isAll = node.grouping.length === 0 && !node.without;
  const grouping = isAll ? 'all' : node.without ? 'without' : 'by';
  return then(node.expr, { ...newOperation(node.op, ''), number, grouping, labels: node.grouping });
}

function called({ func: { name }, args }: Extract<ExprNode, { type: 'call' }>): Parsed {
  if (!isKnown(name)) return { reason: `the function ${name}` };
  const { kind, numberIs } = operationOf(name);
  const [inner, param] = numberIs === 'first' ? [args[1], args[0]] : [args[0], args[1] ?? null];
  if (inner === undefined) return { reason: `the function ${name} with these arguments` };
  const number = numberOf(param);
  if (number === null) return { reason: `${name} with another parameter than a number` };
  const operation = { ...newOperation(name, ''), number };
  if (kind !== 'range') return then(inner, operation);
  const over = withoutParens(inner);
  if (over.type !== 'matrixSelector' || over.range <= 0) return { reason: 'subqueries' };
  const selection = selected(over);
  if ('reason' in selection) return selection;
  const range = durationText(over.range);
  return { query: { ...selection.query, operations: [{ ...operation, range }] } };
}

function combined(node: Extract<ExprNode, { type: 'binaryExpr' }>): Parsed {
  if (!isKnown(node.op)) return { reason: `the operator ${node.op}` };
  const number = numberOf(node.rhs);
  if (number === null || number === '')
    return { reason: 'operators between queries, or with a number before' };
  if (node.bool) return { reason: 'comparisons with bool' };
  return then(node.lhs, { ...newOperation(node.op, ''), number });
}

/** '' where there is no parameter, null where it is no number. */
function numberOf(param: ExprNode | null): string | null {
  if (param === null) return '';
  const node = withoutParens(param);
  return node.type === 'numberLiteral' ? node.val : null;
}

function withoutParens(node: ExprNode): ExprNode {
  return node.type === 'parenExpr' ? withoutParens(node.expr) : node;
}
