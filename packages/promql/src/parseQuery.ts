import { type Matcher, TinyObsError } from '@tinyobs/model';
import type { Expr } from './ast.js';
import { checkQuery } from './check/checkQuery.js';
import { WorkClock } from './eval/workClock.js';
import { SLICE_MS_DEFAULT, TIMEOUT_MS_DEFAULT } from './limits.js';
import { parseExpr, type TextLimits } from './parser/parseExpr.js';
import { finish, finishSliced, type Steps } from './parser/steps.js';

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
export function parseQuery(text: string, options: ParseOptions = {}): Expr {
  return finish(parseQuerySteps(text, options));
}

/** As `parseQuery`, in steps. */
export function* parseQuerySteps(
  text: string,
  { experimental = false, ...limits }: ParseOptions = {},
): Steps<Expr> {
  const expr = yield* parseExpr(text, limits);
  checkQuery(text, expr, { experimental });
  return expr;
}

/**
 * The conditions of a series selector such as `up{job="a"}`, as configuration gives them.
 *
 * @throws TinyObsError `query_parse` for anything else, `query_too_long`, `query_too_deep`, and `query_type` when
 * every series would pass.
 */
export function parseSelector(text: string): readonly Matcher[] {
  const matchers = matchersOf(text, finish(parseExpr(text)));
  if (matchers.some((matcher) => !matcher.matchesEmpty)) return matchers;
  throw new TinyObsError('query_type', 'match[] must contain at least one non-empty matcher');
}

/**
 * As `parseSelector`, also where every series would pass, letting the event loop turn in between.
 *
 * @throws TinyObsError as `parseSelector`, and `query_canceled`
 */
export async function parseMatchers(text: string, signal?: AbortSignal): Promise<readonly Matcher[]> {
  const clock = new WorkClock({ signal, timeoutMs: TIMEOUT_MS_DEFAULT, sliceMs: SLICE_MS_DEFAULT });
  try {
    return matchersOf(text, await finishSliced(parseExpr(text), clock));
  } finally {
    clock.close();
  }
}

function matchersOf(text: string, expr: Expr): readonly Matcher[] {
  if (expr.type !== 'vectorSelector' || expr.offsetMs !== 0 || expr.offsetExpr || expr.at || expr.edges) {
    throw new TinyObsError('query_parse', `1:1: parse error: expected a series selector, got ${text}`, {
      details: { line: 1, column: 1 },
    });
  }
  return expr.matchers;
}
