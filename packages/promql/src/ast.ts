import type { Matcher } from '@tinyobs/model';

/** The place of a node in the query text, in UTF-16 units; `to` is the first unit after it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The fixed time of an `@` modifier. */
export type AtModifier =
  | { readonly kind: 'time'; readonly timeMs: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' };

export interface NumberLiteral extends Span {
  readonly type: 'number';
  /** Seconds when it was written as a duration. */
  readonly value: number;
  readonly isDuration: boolean;
}

export interface StringLiteral extends Span {
  readonly type: 'string';
  readonly value: string;
}

export interface VectorSelector extends Span {
  readonly type: 'vectorSelector';
  /** The metric name that was written, in front of the braces or quoted inside; '' for none. */
  readonly name: string;
  /** All conditions, that on the metric name included. */
  readonly matchers: readonly Matcher[];
  readonly offsetMs: number;
  readonly at?: AtModifier;
}

export interface MatrixSelector extends Span {
  readonly type: 'matrixSelector';
  /** Carries the offset and the `@` modifier of the whole. */
  readonly selector: VectorSelector;
  readonly rangeMs: number;
}

export interface Subquery extends Span {
  readonly type: 'subquery';
  readonly expr: Expr;
  readonly rangeMs: number;
  /** 0 means the engine's default. */
  readonly stepMs: number;
  readonly offsetMs: number;
  readonly at?: AtModifier;
}

export interface Call extends Span {
  readonly type: 'call';
  readonly func: string;
  readonly args: readonly Expr[];
}

export type AggregateOp =
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'count'
  | 'group'
  | 'stddev'
  | 'stdvar'
  | 'topk'
  | 'bottomk'
  | 'quantile'
  | 'count_values';

export interface Aggregate extends Span {
  readonly type: 'aggregate';
  readonly op: AggregateOp;
  readonly expr: Expr;
  readonly param?: Expr;
  readonly without: boolean;
  readonly grouping: readonly string[];
}

export type ArithmeticOp = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2';
export type ComparisonOp = '==' | '!=' | '>' | '<' | '>=' | '<=';
export type SetOp = 'and' | 'or' | 'unless';
export type BinaryOp = ArithmeticOp | ComparisonOp | SetOp;

export type Cardinality = 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many';

export interface VectorMatching {
  readonly card: Cardinality;
  /** True: match on `labels`; false: on all labels but those. */
  readonly on: boolean;
  readonly labels: readonly string[];
  /** Labels taken over from the "one" side. */
  readonly include: readonly string[];
}

export interface Binary extends Span {
  readonly type: 'binary';
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
  readonly returnBool: boolean;
  /** What was written; absent when nothing was. */
  readonly matching?: VectorMatching;
}

export interface Unary extends Span {
  readonly type: 'unary';
  readonly op: '+' | '-';
  readonly expr: Expr;
}

export interface Paren extends Span {
  readonly type: 'paren';
  readonly expr: Expr;
}

export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Call
  | Aggregate
  | Binary
  | Unary
  | Paren;

export type ValueType = 'scalar' | 'string' | 'instant vector' | 'range vector';

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '^', 'atan2']);
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '>', '<', '>=', '<=']);
const SETS: ReadonlySet<string> = new Set(['and', 'or', 'unless']);

export function isArithmetic(op: BinaryOp): op is ArithmeticOp {
  return ARITHMETIC.has(op);
}

export function isComparison(op: BinaryOp): op is ComparisonOp {
  return COMPARISONS.has(op);
}

export function isSetOp(op: BinaryOp): op is SetOp {
  return SETS.has(op);
}

export function withoutParens(expr: Expr): Expr {
  let inner = expr;
  while (inner.type === 'paren') inner = inner.expr;
  return inner;
}

export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.type) {
    case 'call':
      return expr.args;
    case 'aggregate':
      return expr.param ? [expr.param, expr.expr] : [expr.expr];
    case 'binary':
      return [expr.left, expr.right];
    case 'matrixSelector':
      return [expr.selector];
    case 'unary':
    case 'paren':
    case 'subquery':
      return [expr.expr];
    default:
      return [];
  }
}
