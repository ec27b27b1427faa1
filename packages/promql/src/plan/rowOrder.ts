import { METRIC_NAME } from '@tinyobs/model';
import {
  type Aggregate,
  type AggregateOp,
  type Binary,
  type Expr,
  isComparison,
  withoutParens,
} from '../ast.js';
import { FUNCTIONS } from '../functions/registry.js';

/**
 * Aggregations whose values do not depend on the order of the rows. Sums of floating-point numbers do, which of
 * equal values are among the first do, and so does which of 0 and -0 is the least.
 */
const IN_ANY_ORDER: ReadonlySet<AggregateOp> = new Set([
  'count',
  'group',
  'count_values',
  'quantile',
  'limit_ratio',
]);

/**
 * Whether what is aggregated has to be put in order first, so that the value at one step does not depend on which
 * other steps are asked for. Rows of selectors come in the order of their series whatever is asked; rows that are
 * made of several come in the order in which the first of each is met.
 */
export function needsOrder({ op, expr }: Aggregate): boolean {
  return !IN_ANY_ORDER.has(op) && !isOrdered(expr);
}

function isOrdered(expr: Expr): boolean {
  switch (expr.type) {
    case 'number':
    case 'vectorSelector':
    case 'matrixSelector':
      return true;
    case 'paren':
    case 'subquery':
      return isOrdered(expr.expr);
    case 'unary':
      return isOrdered(expr.expr) && hasOneName(expr.expr);
    case 'binary': {
      const vector = besideNumber(expr);
      const keepsName = isComparison(expr.op) && !expr.returnBool;
      return vector !== undefined && isOrdered(vector) && (keepsName || hasOneName(vector));
    }
    case 'aggregate':
      return isOrderedAggregate(expr);
    case 'call': {
      const { implementation } = FUNCTIONS.get(expr.func) ?? {};
      if (implementation?.kind !== 'range' && implementation?.kind !== 'value') return false;
      const keepsName = implementation.kind === 'range' && implementation.keepsName;
      return expr.args.every((arg) => isOrdered(arg) && (keepsName || hasOneName(arg)));
    }
    default:
      return false;
  }
}

function isOrderedAggregate({ op, expr, without, grouping }: Aggregate): boolean {
  if (op === 'limitk' || op === 'limit_ratio') return isOrdered(expr);
  // The order that `topk` gives its rows depends on how many steps there are.
  return op !== 'topk' && op !== 'bottomk' && op !== 'count_values' && !without && grouping.length === 0;
}

/** The other side of an operator with a number on one side. */
function besideNumber({ left, right }: Binary): Expr | undefined {
  if (withoutParens(right).type === 'number') return left;
  return withoutParens(left).type === 'number' ? right : undefined;
}

/** Whether rows stay different without their metric names, for sure; scalars are no rows. */
function hasOneName(arg: Expr): boolean {
  const expr = withoutParens(arg);
  if (expr.type === 'number') return true;
  const selector = expr.type === 'matrixSelector' ? expr.selector : expr;
  if (selector.type === 'vectorSelector') {
    return selector.matchers.some(
      ({ name, alternatives }) => name === METRIC_NAME && alternatives?.length === 1,
    );
  }
  if (expr.type === 'binary') {
    const vector = besideNumber(expr);
    return vector !== undefined && hasOneName(vector);
  }
  if (expr.type === 'unary' || expr.type === 'subquery') return hasOneName(expr.expr);
  if (expr.type === 'call') return expr.args.every(hasOneName);
  return expr.type === 'aggregate' && !expr.without && expr.grouping.length === 0;
}
