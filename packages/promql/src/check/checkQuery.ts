import { TinyObsError } from '@tinyobs/model';
import {
  type Aggregate,
  type Binary,
  type Call,
  childrenOf,
  type Edges,
  type Expr,
  isComparison,
  isSetOp,
  type ValueType,
  withoutParens,
} from '../ast.js';
import { FUNCTIONS } from '../functions/registry.js';
import { errorAt } from '../queryError.js';
import { infoLabelsOf } from './infoLabels.js';

export function typeOf(expr: Expr): ValueType {
  switch (expr.type) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'vectorSelector':
    case 'aggregate':
      return 'instant vector';
    case 'matrixSelector':
    case 'subquery':
      return 'range vector';
    case 'call':
      return FUNCTIONS.get(expr.func)?.returns ?? 'instant vector';
    case 'paren':
    case 'unary':
      return typeOf(expr.expr);
    case 'binary':
      return typeOf(expr.left) === 'scalar' && typeOf(expr.right) === 'scalar' ? 'scalar' : 'instant vector';
  }
}

/**
 * Refuses what parses but means nothing: wrong types and numbers of arguments, selectors of everything,
 * modifiers that do not fit the operator.
 *
 * @throws TinyObsError `query_type`
 */
export function checkQuery(text: string, expr: Expr, { experimental }: { experimental: boolean }): void {
  const infoLabels = infoLabelsOf(expr);
  for (const child of childrenOf(expr)) {
    if (child !== infoLabels) checkQuery(text, child, { experimental });
  }
  const problem = (experimental ? undefined : problemOfExperiment(expr)) ?? problemOf(text, expr);
  if (problem) throw errorAt('query_type', text, problem.at.from, problem.message);
}

/** @throws TinyObsError `query_type` for what a range query cannot evaluate. */
export function checkRangeQuery(expr: Expr): void {
  const type = typeOf(expr);
  if (type === 'scalar' || type === 'instant vector') return;
  throw new TinyObsError(
    'query_type',
    `invalid expression type ${JSON.stringify(type)} for range query, must be Scalar or instant Vector`,
  );
}

const EDGES_FUNCTIONS: Readonly<Record<Edges, readonly string[]>> = {
  anchored: ['changes', 'delta', 'increase', 'rate', 'resets'],
  smoothed: ['delta', 'increase', 'rate'],
};

interface Problem {
  readonly at: { readonly from: number };
  readonly message: string;
}

/** What Prometheus has behind a feature flag is refused unless it was asked for. */
function problemOfExperiment(expr: Expr): Problem | undefined {
  const what = experimentIn(expr);
  if (what === undefined) return undefined;
  const how = 'it needs the option "experimental", or "promql.experimental" of a server';
  return { at: expr, message: `${what} is experimental: ${how}` };
}

function experimentIn(expr: Expr): string | undefined {
  switch (expr.type) {
    case 'call':
      return FUNCTIONS.get(expr.func)?.experimental ? `${expr.func}()` : undefined;
    case 'aggregate':
      return expr.op === 'limitk' || expr.op === 'limit_ratio' ? `${expr.op}()` : undefined;
    case 'vectorSelector':
      return expr.edges;
    case 'binary':
      return expr.fill ? 'fill()' : undefined;
    default:
      return undefined;
  }
}

function problemOf(text: string, expr: Expr): Problem | undefined {
  switch (expr.type) {
    case 'vectorSelector':
      return expr.matchers.some((matcher) => !matcher.matchesEmpty)
        ? undefined
        : { at: expr, message: 'vector selector must contain at least one non-empty matcher' };
    case 'subquery': {
      const type = typeOf(expr.expr);
      if (type === 'instant vector') return undefined;
      return { at: expr, message: `subquery is only allowed on instant vector, got ${type} instead` };
    }
    case 'unary': {
      const type = typeOf(expr.expr);
      if (type === 'instant vector' || type === 'scalar') return undefined;
      const wanted = 'scalar or instant vector';
      return {
        at: expr,
        message: `unary expression only allowed on expressions of type ${wanted}, got "${type}"`,
      };
    }
    case 'call':
      return problemOfCall(expr);
    case 'aggregate':
      return problemOfAggregate(expr);
    case 'binary':
      return problemOfBinary(text, expr);
    default:
      return undefined;
  }
}

function problemOfCall(call: Call): Problem | undefined {
  const definition = FUNCTIONS.get(call.func);
  if (!definition) return { at: call, message: `function ${JSON.stringify(call.func)} is not supported` };
  const { args, optional, repeats, repeatsMax, name } = definition;
  const labels = infoLabelsOf(call);
  if (labels && (labels.name !== '' || labels.offsetMs !== 0 || labels.at)) {
    return { at: labels, message: 'expected label selectors only' };
  }
  const given = call.args.length;
  const least = args.length - optional;
  const most = args.length - 1 + repeatsMax;
  if (optional === 0 && !repeats && repeatsMax === 1 && given !== args.length) {
    return { at: call, message: `expected ${args.length} argument(s) in call to "${name}", got ${given}` };
  }
  if (given < least) {
    return { at: call, message: `expected at least ${least} argument(s) in call to "${name}", got ${given}` };
  }
  if (!repeats && given > most) {
    return {
      at: call,
      message: `expected at most ${most} argument(s) in call to "${name}", got ${given}`,
    };
  }
  for (const [i, arg] of call.args.entries()) {
    const problem =
      mismatch(arg, args[Math.min(i, args.length - 1)], `call to function "${name}"`) ??
      problemOfEdges(arg, name);
    if (problem) return problem;
  }
  return undefined;
}

/** Samples from outside of the window are for functions that know what to do with them. */
function problemOfEdges(arg: Expr, func: string): Problem | undefined {
  const inner = withoutParens(arg);
  const edges = inner.type === 'matrixSelector' ? inner.selector.edges : undefined;
  if (!edges || EDGES_FUNCTIONS[edges].includes(func)) return undefined;
  const all = EDGES_FUNCTIONS[edges].join(', ');
  return { at: arg, message: `${edges} modifier can only be used with: ${all} - not with ${func}` };
}

function problemOfAggregate(expr: Aggregate): Problem | undefined {
  const problem = mismatch(expr.expr, 'instant vector', 'aggregation expression');
  if (problem || !expr.param) return problem;
  const wanted = expr.op === 'count_values' ? 'string' : 'scalar';
  return mismatch(expr.param, wanted, 'aggregation parameter');
}

function problemOfBinary(text: string, expr: Binary): Problem | undefined {
  const { op, left, right, matching } = expr;
  const types = [typeOf(left), typeOf(right)];
  if (expr.returnBool && !isComparison(op)) {
    return { at: operatorIn(text, expr), message: 'bool modifier can only be used on comparison operators' };
  }
  for (const [i, type] of types.entries()) {
    if (type === 'scalar' || type === 'instant vector') continue;
    const at = i === 0 ? left : right;
    return { at, message: 'binary expression must contain only scalar and instant vector types' };
  }
  const scalars = types.filter((type) => type === 'scalar').length;
  if (scalars === 2 && isComparison(op) && !expr.returnBool) {
    return { at: operatorIn(text, expr), message: 'comparisons between scalars must use BOOL modifier' };
  }
  if (scalars > 0 && matching && matching.labels.length > 0) {
    return { at: expr, message: 'vector matching only allowed between instant vectors' };
  }
  if (scalars > 0 && expr.fill) {
    return { at: expr, message: 'filling in missing series only allowed between instant vectors' };
  }
  if (isSetOp(op) && expr.fill) {
    return { at: expr, message: 'filling in missing series not allowed for set operators' };
  }
  if (scalars > 0 && isSetOp(op)) {
    return { at: expr, message: `set operator "${op}" not allowed in binary scalar expression` };
  }
  if (isSetOp(op) && matching && matching.card !== 'many-to-many') {
    return { at: expr, message: `no grouping allowed for "${op}" operation` };
  }
  const doubled = matching?.on ? matching.include.find((name) => matching.labels.includes(name)) : undefined;
  if (doubled === undefined) return undefined;
  const message = `label "${doubled}" must not occur in ON and GROUP clause at once`;
  return { at: operatorIn(text, expr), message };
}

/** Where the operator is written: what is wrong with it is reported there. */
function operatorIn(text: string, { left }: Binary): { from: number } {
  let from = left.to;
  while (/\s/.test(text[from])) from++;
  return { from };
}

function mismatch(expr: Expr, wanted: ValueType, where: string): Problem | undefined {
  const type = typeOf(expr);
  if (type !== wanted) return { at: expr, message: `expected type ${wanted} in ${where}, got ${type}` };
  const inner = withoutParens(expr);
  if (wanted !== 'string' || inner.type === 'string') return undefined;
  return { at: expr, message: `expected a string literal in ${where}` };
}
