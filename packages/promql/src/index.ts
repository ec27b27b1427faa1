export { ArrayQueryable, type ArraySeries } from './arrayQueryable.js';
export type {
  Aggregate,
  AggregateOp,
  AtModifier,
  Binary,
  BinaryOp,
  Call,
  Cardinality,
  DurationExpr,
  DurationOp,
  Edges,
  Expr,
  MatrixSelector,
  NumberLiteral,
  Paren,
  Span,
  StringLiteral,
  Subquery,
  Unary,
  ValueType,
  VectorMatching,
  VectorSelector,
} from './ast.js';
export {
  Engine,
  type EngineOptions,
  type ParsedQuery,
  type QueryOptions,
  type QueryRange,
} from './engine.js';
export type { QueryMemory, QueryProgress } from './eval/sampleBudget.js';
export { type ExprJson, exprJson } from './exprJson.js';
export { formatFloat } from './formatFloat.js';
export { formatQuery } from './formatQuery.js';
export { type ParseOptions, parseMatchers, parseQuery, parseSelector } from './parseQuery.js';
export type { StepReads } from './plan/stepReads.js';
export { prettyQuery } from './prettyQuery.js';
export type {
  MatrixValue,
  QueryResult,
  QueryStats,
  QueryValue,
  ScalarValue,
  StringValue,
  VectorValue,
} from './result.js';
export { selectorsOf } from './selectorsOf.js';
