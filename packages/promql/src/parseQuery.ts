import { type Matcher, TinyObsError } from '@tinyobs/model';
import type { Expr } from './ast.js';
import { checkQuery } from './check/checkQuery.js';
import { parseExpr, type TextLimits } from './parser/parseExpr.js';

export interface ParseOptions extends TextLimits {
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
export function parseQuery(text: string, { experimental = false, ...limits }: ParseOptions = {}): Expr {
  const expr = parseExpr(text, limits);
  checkQuery(text, expr, { experimental });
  return expr;
}

/**
 * The conditions of a series selector such as `up{job="a"}`, as HTTP parameters give them.
 *
 * @throws TinyObsError `query_parse` for anything else, `query_too_long`, `query_too_deep`, and `query_type` when
 * every series would pass.
 */
export function parseSelector(text: string): readonly Matcher[] {
  const matchers = parseMatchers(text);
  if (matchers.some((matcher) => !matcher.matchesEmpty)) return matchers;
  throw new TinyObsError('query_type', 'match[] must contain at least one non-empty matcher');
}

/** As `parseSelector`, also where every series would pass. */
export function parseMatchers(text: string): readonly Matcher[] {
  const expr = parseExpr(text);
  if (expr.type !== 'vectorSelector' || expr.offsetMs !== 0 || expr.offsetExpr || expr.at || expr.edges) {
    throw new TinyObsError('query_parse', `1:1: parse error: expected a series selector, got ${text}`, {
      details: { line: 1, column: 1 },
    });
  }
  return expr.matchers;
}
