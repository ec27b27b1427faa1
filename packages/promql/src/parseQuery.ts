import { type Matcher, TinyObsError } from '@tinyobs/model';
import type { Expr } from './ast.js';
import { checkQuery } from './check/checkQuery.js';
import { parseExpr } from './parser/parseExpr.js';

export interface ParseOptions {
  /** Takes what Prometheus has behind feature flags, too. */
  readonly experimental?: boolean;
}

/**
 * The expression of a query, with all types and arguments as they must be.
 *
 * @throws TinyObsError `query_parse`, `query_type`, `query_too_long`, `query_too_deep`; details carry `line` and
 * `column` where there is a place to point at.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/basics/
 */
export function parseQuery(text: string, { experimental = false }: ParseOptions = {}): Expr {
  const expr = parseExpr(text);
  checkQuery(text, expr, { experimental });
  return expr;
}

/**
 * The conditions of a series selector such as `up{job="a"}`, as HTTP parameters give them.
 *
 * @throws TinyObsError `query_parse` for anything else, `query_type` when every series would pass.
 */
export function parseSelector(text: string): readonly Matcher[] {
  const expr = parseQuery(text);
  if (expr.type !== 'vectorSelector' || expr.offsetMs !== 0 || expr.offsetExpr || expr.at) {
    throw new TinyObsError('query_parse', `1:1: parse error: expected a series selector, got ${text}`, {
      details: { line: 1, column: 1 },
    });
  }
  return expr.matchers;
}
