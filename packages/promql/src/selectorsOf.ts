import type { Matcher } from '@tinyobs/model';
import { childrenOf, type Expr } from './ast.js';

/** The conditions of every selector in an expression, in the order of the text. */
export function selectorsOf(expr: Expr): (readonly Matcher[])[] {
  if (expr.type === 'vectorSelector') return [expr.matchers];
  if (expr.type === 'matrixSelector') return [expr.selector.matchers];
  return childrenOf(expr).flatMap(selectorsOf);
}
