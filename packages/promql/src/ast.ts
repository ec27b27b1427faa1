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

/** Durations that are computed: from one another, or from the times of the query. */
export type DurationExpr = Span &
  (
    | { readonly type: 'durationLiteral'; readonly seconds: number; readonly isDuration: boolean }
    /** The step of the query, or the whole time from its start to its end; both 0 for an instant query. */
    | { readonly type: 'durationOfQuery'; readonly of: 'step' | 'range' }
    | { readonly type: 'durationUnary'; readonly op: '+' | '-'; readonly expr: DurationExpr }
    | {
        readonly type: 'durationBinary';
        readonly op: DurationOp;
        readonly left: DurationExpr;
        readonly right: DurationExpr;
      }
    | { readonly type: 'durationParen'; readonly expr: DurationExpr }
  );

export type DurationOp = '+' | '-' | '*' | '/' | '%' | '^' | 'min_of' | 'max_of';

/**
 * How the edges of a window are taken: from the last sample before it, or by interpolation between the samples
 * on either side of an edge.
 */
export type Edges = 'anchored' | 'smoothed';

export interface VectorSelector extends Span {
  readonly type: 'vectorSelector';
  /** The metric name that was written, in front of the braces or quoted inside; '' for none. */
  readonly name: string;
  /** All conditions, that on the metric name included. */
  readonly matchers: readonly Matcher[];
  /** 0 until the engine knows the times of the query, where there is an `offsetExpr`. */
  readonly offsetMs: number;
  readonly offsetExpr?: DurationExpr;
  readonly at?: AtModifier;
  readonly edges?: Edges;
}

export interface MatrixSelector extends Span {
  readonly type: 'matrixSelector';
  /** Carries the offset, the `@` modifier and the edges of the whole. */
  readonly selector: VectorSelector;
  /** 0 until the engine knows the times of the query, where there is a `rangeExpr`. */
  readonly rangeMs: number;
  readonly rangeExpr?: DurationExpr;
}

export interface Subquery extends Span {
  readonly type: 'subquery';
  readonly expr: Expr;
  /** This and the others as in a selector. */
  readonly rangeMs: number;
  readonly rangeExpr?: DurationExpr;
  /** 0 means the engine's default. */
  readonly stepMs: number;
  readonly stepExpr?: DurationExpr;
  readonly offsetMs: number;
  readonly offsetExpr?: DurationExpr;
  readonly at?: AtModifier;
  readonly edges?: undefined;
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
  | 'count_values'
  | 'limitk'
  | 'limit_ratio';

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
  /** Values that stand in for elements that have no match, as written; sides are swapped by `group_right`. */
  readonly fill?: { readonly left?: number; readonly right?: number };
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
