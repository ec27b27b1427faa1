import { isLegacyLabelName, isLegacyMetricName, type Matcher, METRIC_NAME } from '@tinyobs/model';
import type {
  Aggregate,
  Binary,
  Cardinality,
  DurationExpr,
  Expr,
  MatrixSelector,
  NumberLiteral,
  Subquery,
  VectorMatching,
  VectorSelector,
} from './ast.js';
import { formatFloat } from './formatFloat.js';

/** Cardinalities that are written as `group_left` and `group_right`. */
const GROUPS: ReadonlySet<Cardinality> = new Set(['many-to-one', 'one-to-many']);

/** The canonical text of an expression on one line; parsing it gives an expression that means the same. */
export function formatQuery(expr: Expr): string {
  switch (expr.type) {
    case 'number':
      return formatNumber(expr);
    case 'string':
      return quote(expr.value);
    case 'vectorSelector':
      return formatSelector(expr) + modifiers(expr);
    case 'matrixSelector':
      return `${formatSelector(expr.selector)}[${range(expr)}]${modifiers(expr.selector)}`;
    case 'subquery':
      return formatQuery(expr.expr) + subqueryTail(expr);
    case 'call':
      return `${expr.func}(${expr.args.map(formatQuery).join(', ')})`;
    case 'aggregate':
      return `${aggregateHead(expr)}(${expr.param ? `${formatQuery(expr.param)}, ` : ''}${formatQuery(expr.expr)})`;
    case 'binary':
      return `${leftSide(expr)} ${operatorText(expr)} ${formatQuery(expr.right)}`;
    case 'unary':
      return `${expr.op}${formatQuery(expr.expr)}`;
    case 'paren':
      return `(${formatQuery(expr.expr)})`;
  }
}

/** The sign of `+Inf` would be read as one of the whole power. */
function leftSide({ op, left }: Binary): string {
  const text = formatQuery(left);
  return op === '^' && text === '+Inf' ? 'Inf' : text;
}

/** What stands behind the expression of a subquery. */
export function subqueryTail(expr: Subquery): string {
  const plain = expr.stepMs === 0 ? '' : duration(expr.stepMs);
  const step = expr.stepExpr ? computed(expr.stepExpr) : plain;
  return `[${range(expr)}:${step}]${modifiers(expr)}`;
}

function formatNumber({ value, isDuration }: NumberLiteral): string {
  if (isDuration) return (value < 0 ? '-' : '') + duration(Math.round(Math.abs(value) * 1000));
  return formatFloat(value);
}

function formatSelector({ name, matchers }: VectorSelector): string {
  const plain = name !== '' && isLegacyMetricName(name);
  const parts = (name === '' ? matchers : matchers.slice(1)).map(formatMatcher).sort();
  if (name !== '' && !plain) parts.unshift(quote(name));
  const braces = parts.length > 0 || name === '' ? `{${parts.join(',')}}` : '';
  return (plain ? name : '') + braces;
}

function formatMatcher({ name, type, value }: Matcher): string {
  return `${label(name)}${type}${quote(value)}`;
}

/** What stands before the parentheses of an aggregation. */
export function aggregateHead({ op, without, grouping }: Aggregate): string {
  const by = without
    ? ` without (${labels(grouping)}) `
    : grouping.length > 0
      ? ` by (${labels(grouping)}) `
      : '';
  return op + by;
}

/** The operator with all that is said about it. */
export function operatorText({ op, returnBool, matching, fill }: Binary): string {
  const start = returnBool ? `${op} bool` : op;
  return start + (matching ? match(matching) : '') + (fill ? filling(fill) : '');
}

function match(matching: VectorMatching): string {
  // Ignoring no label is what is done without a word.
  if (!matching.on && matching.labels.length === 0 && !GROUPS.has(matching.card)) return '';
  let text = ` ${matching.on ? 'on' : 'ignoring'} (${labels(matching.labels)})`;
  if (matching.card === 'many-to-one') text += ` group_left (${labels(matching.include)})`;
  if (matching.card === 'one-to-many') text += ` group_right (${labels(matching.include)})`;
  return text;
}

function filling({ left, right }: NonNullable<Binary['fill']>): string {
  if (left !== undefined && Object.is(left, right)) return ` fill (${formatFloat(left)})`;
  const sides: string[] = [];
  if (left !== undefined) sides.push(` fill_left (${formatFloat(left)})`);
  if (right !== undefined) sides.push(` fill_right (${formatFloat(right)})`);
  return sides.join('');
}

function modifiers({ offsetMs, offsetExpr, at, edges }: VectorSelector | Subquery): string {
  const how = edges ? ` ${edges}` : '';
  const when = !at ? '' : at.kind === 'time' ? ` @ ${(at.timeMs / 1000).toFixed(3)}` : ` @ ${at.kind}()`;
  if (offsetExpr) return `${how}${when} offset ${computed(offsetExpr)}`;
  if (offsetMs === 0) return how + when;
  return `${how}${when} offset ${offsetMs < 0 ? '-' : ''}${duration(Math.abs(offsetMs))}`;
}

function range({ rangeMs, rangeExpr }: MatrixSelector | Subquery): string {
  return rangeExpr ? computed(rangeExpr) : duration(rangeMs);
}

function computed(expr: DurationExpr): string {
  switch (expr.type) {
    case 'durationLiteral':
      return expr.isDuration ? duration(Math.round(expr.seconds * 1000)) : formatFloat(expr.seconds);
    case 'durationOfQuery':
      return `${expr.of}()`;
    case 'durationUnary':
      return `${expr.op}${computed(expr.expr)}`;
    case 'durationParen':
      return `(${computed(expr.expr)})`;
    case 'durationBinary': {
      const [left, right] = [computed(expr.left), computed(expr.right)];
      return expr.op.endsWith('_of') ? `${expr.op}(${left}, ${right})` : `${left} ${expr.op} ${right}`;
    }
  }
}

/** Years and weeks only where nothing is left over; of the other units the largest comes first. */
function duration(durationMs: number): string {
  if (durationMs === 0) return '0s';
  if (durationMs % 31_536_000_000 === 0) return `${durationMs / 31_536_000_000}y`;
  if (durationMs % 604_800_000 === 0) return `${durationMs / 604_800_000}w`;
  let rest = durationMs;
  let text = '';
  for (const [unit, unitMs] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const count = Math.floor(rest / unitMs);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return text;
}

function labels(names: readonly string[]): string {
  return names.map(label).join(', ');
}

function label(name: string): string {
  return name === METRIC_NAME || isLegacyLabelName(name) ? name : quote(name);
}

/** JSON escapes are a part of those PromQL reads. */
function quote(text: string): string {
  return JSON.stringify(text);
}
