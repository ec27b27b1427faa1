import type { Expr, VectorSelector } from '../ast.js';

/** The labels that `info` is to add: written like a selector, but never read as one. */
export function infoLabelsOf(expr: Expr): VectorSelector | undefined {
  if (expr.type !== 'call' || expr.func !== 'info' || expr.args.length < 2) return undefined;
  const [, labels] = expr.args;
  return labels.type === 'vectorSelector' ? labels : undefined;
}
