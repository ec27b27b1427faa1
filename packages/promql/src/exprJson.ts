import { isLegacyMetricName } from '@tinyobs/model';
import {
  type Aggregate,
  type Binary,
  type Call,
  type Expr,
  isSetOp,
  type Subquery,
  type VectorSelector,
} from './ast.js';
import { typeOf } from './check/checkQuery.js';
import { formatFloat } from './formatFloat.js';
import { FUNCTIONS } from './functions/registry.js';
import type { NodeStats } from './result.js';

/** A node of a parsed query as JSON: `type` and what belongs to it; numbers are text, times are ms. */
export interface ExprJson {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Prometheus' short names of the types of arguments. */
const TYPE_NAMES = {
  scalar: 'scalar',
  string: 'string',
  'instant vector': 'vector',
  'range vector': 'matrix',
} as const;

/**
 * The tree of a checked expression in the shape in which Prometheus gives it to its user interface.
 * Nodes that `measured` knows have `stats` besides, times in seconds.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#parsing-a-promql-expressions-into-a-abstract-syntax-tree-ast
 */
export function exprJson(expr: Expr, measured?: ReadonlyMap<Expr, NodeStats>): ExprJson {
  const json = nodeJson(expr, (child) => exprJson(child, measured));
  const stats = measured?.get(expr.type === 'matrixSelector' ? expr.selector : expr);
  return stats ? { ...json, stats: statsJson(stats) } : json;
}

type ToJson = (child: Expr) => ExprJson;

function statsJson({ evaluationMs, series, samplesRead }: NodeStats) {
  return {
    evalTime: evaluationMs === undefined ? undefined : evaluationMs / 1000,
    series,
    samplesRead,
  };
}

function nodeJson(expr: Expr, toJson: ToJson): ExprJson {
  switch (expr.type) {
    case 'number':
      return { type: 'numberLiteral', val: formatFloat(expr.value) };
    case 'string':
      return { type: 'stringLiteral', val: expr.value };
    case 'paren':
      return { type: 'parenExpr', expr: toJson(expr.expr) };
    case 'unary':
      return { type: 'unaryExpr', op: expr.op, expr: toJson(expr.expr) };
    case 'vectorSelector':
      return { type: 'vectorSelector', ...selectorJson(expr) };
    case 'matrixSelector':
      return { type: 'matrixSelector', range: expr.rangeMs, ...selectorJson(expr.selector) };
    case 'subquery':
      return {
        type: 'subquery',
        expr: toJson(expr.expr),
        range: expr.rangeMs,
        step: expr.stepMs,
        ...timeJson(expr),
      };
    case 'call':
      return callJson(expr, toJson);
    case 'aggregate':
      return aggregateJson(expr, toJson);
    case 'binary':
      return binaryJson(expr, toJson);
  }
}

/** A name outside of braces is the last matcher, as Prometheus adds it; inside it stays where it is. */
function selectorJson(selector: VectorSelector): Omit<ExprJson, 'type'> {
  const { name, matchers, edges } = selector;
  const outside = isLegacyMetricName(name);
  const ordered = outside ? [...matchers.slice(1), matchers[0]] : matchers;
  return {
    name: outside ? name : '',
    matchers: ordered.map((matcher) => ({ name: matcher.name, value: matcher.value, type: matcher.type })),
    ...timeJson(selector),
    anchored: edges === 'anchored',
    smoothed: edges === 'smoothed',
  };
}

function timeJson({ offsetMs, at }: VectorSelector | Subquery): Omit<ExprJson, 'type'> {
  return {
    offset: offsetMs,
    timestamp: at?.kind === 'time' ? at.timeMs : null,
    startOrEnd: at && at.kind !== 'time' ? at.kind : null,
  };
}

function callJson({ func, args }: Call, toJson: ToJson): ExprJson {
  const definition = FUNCTIONS.get(func);
  const repeatsMax = definition?.optional === 0 && definition.repeatsMax === 1 ? 0 : definition?.repeatsMax;
  return {
    type: 'call',
    func: {
      name: func,
      argTypes: definition?.args.map((type) => TYPE_NAMES[type]),
      // How often the last argument may be given: 0 for exactly once, -1 for any number of times.
      variadic: definition?.repeats ? -1 : repeatsMax,
      returnType: definition && TYPE_NAMES[definition.returns],
    },
    args: args.map(toJson),
  };
}

function aggregateJson({ op, expr, param, grouping, without }: Aggregate, toJson: ToJson): ExprJson {
  return {
    type: 'aggregation',
    op,
    expr: toJson(expr),
    param: param ? toJson(param) : null,
    grouping,
    without,
  };
}

function binaryJson({ op, left, right, returnBool, matching, fill }: Binary, toJson: ToJson): ExprJson {
  const vectors = typeOf(left) !== 'scalar' && typeOf(right) !== 'scalar';
  const card = matching?.card ?? (isSetOp(op) ? 'many-to-many' : 'one-to-one');
  return {
    type: 'binaryExpr',
    op,
    lhs: toJson(left),
    rhs: toJson(right),
    matching: vectors
      ? {
          card,
          labels: matching?.labels ?? [],
          on: matching?.on ?? false,
          include: matching?.include ?? [],
          fillValues: { lhs: fill?.left ?? null, rhs: fill?.right ?? null },
        }
      : null,
    bool: returnBool,
  };
}
