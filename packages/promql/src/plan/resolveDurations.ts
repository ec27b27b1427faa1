import type { DurationExpr, DurationOp, Expr, MatrixSelector, Subquery, VectorSelector } from '../ast.js';
import type { QueryTimes } from '../eval/grid.js';
import { errorAt } from '../queryError.js';

/** Prometheus holds durations in signed 64-bit nanoseconds. */
const DURATION_SECONDS_MAX = Number(2n ** 63n / 1_000_000_000n);

/**
 * The same expression with every computed duration filled in.
 *
 * @throws TinyObsError `query_parse` for durations out of range, and for windows and steps not above zero.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/basics/#duration-expressions
 */
export function resolveDurations(text: string, expr: Expr, times: QueryTimes): Expr {
  return resolve(expr);

  function resolve(node: Expr): Expr {
    switch (node.type) {
      case 'vectorSelector':
        return ofSelector(node);
      case 'matrixSelector':
        return { ...node, selector: ofSelector(node.selector), rangeMs: windowOf(node) };
      case 'subquery':
        return {
          ...node,
          expr: resolve(node.expr),
          rangeMs: windowOf(node),
          stepMs: node.stepExpr ? positive(node.stepExpr) : node.stepMs,
          offsetMs: offsetOf(node),
        };
      case 'call':
        return { ...node, args: node.args.map(resolve) };
      case 'aggregate':
        return { ...node, expr: resolve(node.expr), ...(node.param && { param: resolve(node.param) }) };
      case 'binary':
        return { ...node, left: resolve(node.left), right: resolve(node.right) };
      case 'unary':
      case 'paren':
        return { ...node, expr: resolve(node.expr) };
      default:
        return node;
    }
  }

  function ofSelector(node: VectorSelector): VectorSelector {
    return node.offsetExpr ? { ...node, offsetMs: offsetOf(node) } : node;
  }

  function windowOf({ rangeMs, rangeExpr }: MatrixSelector | Subquery): number {
    return rangeExpr ? positive(rangeExpr) : rangeMs;
  }

  function offsetOf({ offsetMs, offsetExpr }: VectorSelector | Subquery): number {
    return offsetExpr ? milliseconds(offsetExpr) : offsetMs;
  }

  function milliseconds(duration: DurationExpr): number {
    return millisecondsOf(text, duration, times);
  }

  function positive(duration: DurationExpr): number {
    const ms = milliseconds(duration);
    if (ms <= 0) throw errorAt('query_parse', text, duration.from, 'duration must be greater than 0');
    return ms;
  }
}

function millisecondsOf(text: string, whole: DurationExpr, times: QueryTimes): number {
  const seconds = secondsOf(whole);
  if (!(Math.abs(seconds) <= DURATION_SECONDS_MAX)) {
    throw errorAt('query_parse', text, whole.from, 'duration is out of range');
  }
  return Math.trunc(seconds * 1000);

  function secondsOf(duration: DurationExpr): number {
    switch (duration.type) {
      case 'durationLiteral':
        return duration.seconds;
      case 'durationOfQuery':
        return (duration.of === 'step' ? times.stepMs : times.endMs - times.startMs) / 1000;
      case 'durationParen':
        return secondsOf(duration.expr);
      case 'durationUnary':
        return duration.op === '-' ? -secondsOf(duration.expr) : secondsOf(duration.expr);
      case 'durationBinary': {
        const right = secondsOf(duration.right);
        if (right === 0 && (duration.op === '/' || duration.op === '%')) {
          const what = duration.op === '/' ? 'division' : 'modulo';
          throw errorAt('query_parse', text, duration.from, `${what} by zero`);
        }
        return compute(duration.op, secondsOf(duration.left), right);
      }
    }
  }
}

function compute(op: DurationOp, left: number, right: number): number {
  switch (op) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return left ** right;
    case 'min_of':
      return Math.min(left, right);
    case 'max_of':
      return Math.max(left, right);
  }
}
