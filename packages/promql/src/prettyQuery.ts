import type { Expr } from './ast.js';
import { aggregateHead, formatQuery, operatorText, subqueryTail } from './formatQuery.js';

/** What is longer on one line is written on several. */
const LINE_LENGTH_MAX = 100;

const INDENT = '  ';

/**
 * The text of an expression for people: on one line where it fits, else in lines indented by nesting.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#formatting-query-expressions
 */
export function prettyQuery(expr: Expr): string {
  return pretty(expr, 0);
}

function pretty(expr: Expr, level: number): string {
  const indent = INDENT.repeat(level);
  if (expr.type === 'unary') return `${indent}${expr.op}${pretty(expr.expr, level).trim()}`;
  const line = formatQuery(expr);
  if (lengthUtf8(line) <= LINE_LENGTH_MAX) return expr.type === 'subquery' ? line : indent + line;
  switch (expr.type) {
    case 'aggregate': {
      const param = expr.param ? `${pretty(expr.param, level + 1)},\n` : '';
      return `${indent}${aggregateHead(expr)}(\n${param}${pretty(expr.expr, level + 1)}\n${indent})`;
    }
    case 'binary': {
      const [left, right] = [expr.left, expr.right].map((side) => pretty(side, level + 1));
      return `${left}\n${indent}${operatorText(expr)}\n${right}`;
    }
    case 'call': {
      const args = expr.args.map((arg) => pretty(arg, level + 1)).join(',\n');
      return `${indent}${expr.func}(\n${args}\n${indent})`;
    }
    case 'paren':
      return `${indent}(\n${pretty(expr.expr, level + 1)}\n${indent})`;
    case 'subquery':
      return pretty(expr.expr, level) + subqueryTail(expr);
    default:
      return indent + line;
  }
}

function lengthUtf8(text: string): number {
  return new TextEncoder().encode(text).length;
}
