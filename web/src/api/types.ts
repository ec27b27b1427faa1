import type { MatchOp } from './promqlText.js';

/** A series' identity as the API gives it; `__name__` is the metric. */
export type Labels = Readonly<Record<string, string>>;

/** Unix seconds and the value as text, which may be `NaN`, `+Inf` or `-Inf`. */
export type Point = readonly [seconds: number, value: string];

export interface MatrixSeries {
  readonly metric: Labels;
  readonly values: readonly Point[];
}

export interface VectorSample {
  readonly metric: Labels;
  readonly value: Point;
}

export type QueryData =
  | { readonly resultType: 'matrix'; readonly result: readonly MatrixSeries[] }
  | { readonly resultType: 'vector'; readonly result: readonly VectorSample[] }
  | { readonly resultType: 'scalar' | 'string'; readonly result: Point };

/** A value of a series at a time in Unix seconds, with labels of its own such as the id of a trace. */
export interface ApiExemplar {
  readonly labels: Labels;
  readonly value: string;
  readonly timestamp: number;
}

export interface ExemplarSeries {
  readonly seriesLabels: Labels;
  readonly exemplars: readonly ApiExemplar[];
}

export interface MetricMetadata {
  readonly type: string;
  readonly help: string;
  readonly unit?: string;
}

export type MetadataByName = Readonly<Record<string, readonly MetricMetadata[]>>;

export interface Envelope<T> {
  readonly status: 'success' | 'error';
  readonly data?: T;
  readonly errorType?: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/** What an error of our own API has. */
export interface OwnError {
  readonly code?: string;
  readonly message?: string;
}

/** An answer with what the server had to say about it. */
export interface Answer<T> {
  readonly data: T;
  readonly notices: readonly string[];
}

/** A range on the evaluation grid: every point is `startSec + i * stepSec`, up to and including `endSec`. */
export interface Grid {
  readonly startSec: number;
  readonly endSec: number;
  readonly stepSec: number;
}

/** A part of a parsed query: its kind, and what belongs to one of its kind; times in ms, numbers as text. */
export type ExprNode = { readonly stats?: NodeStats } & (
  | { readonly type: 'numberLiteral' | 'stringLiteral'; readonly val: string }
  | { readonly type: 'parenExpr'; readonly expr: ExprNode }
  | { readonly type: 'unaryExpr'; readonly op: string; readonly expr: ExprNode }
  | ({ readonly type: 'vectorSelector' } & SelectorNode)
  | ({ readonly type: 'matrixSelector'; readonly range: number } & SelectorNode)
  | ({
      readonly type: 'subquery';
      readonly expr: ExprNode;
      readonly range: number;
      readonly step: number;
    } & TimeShift)
  | { readonly type: 'call'; readonly func: { readonly name: string }; readonly args: readonly ExprNode[] }
  | {
      readonly type: 'aggregation';
      readonly op: string;
      readonly expr: ExprNode;
      readonly param: ExprNode | null;
      readonly grouping: readonly string[];
      readonly without: boolean;
    }
  | {
      readonly type: 'binaryExpr';
      readonly op: string;
      readonly lhs: ExprNode;
      readonly rhs: ExprNode;
      readonly bool: boolean;
      readonly matching: VectorMatching | null;
    }
);

export interface SelectorNode extends TimeShift {
  /** '' where the name is among the matchers only. */
  readonly name: string;
  readonly matchers: readonly { readonly name: string; readonly value: string; readonly type: MatchOp }[];
  readonly anchored: boolean;
  readonly smoothed: boolean;
}

export interface TimeShift {
  readonly offset: number;
  readonly timestamp: number | null;
  readonly startOrEnd: 'start' | 'end' | null;
}

export interface VectorMatching {
  readonly card: string;
  readonly labels: readonly string[];
  readonly on: boolean;
  readonly include: readonly string[];
}

/** What a part of a query cost; each is missing where it was not measured by itself. */
export interface NodeStats {
  /** Seconds, what is below it included. */
  readonly evalTime?: number;
  readonly series?: number;
  readonly samplesRead?: number;
}

/** Times in seconds. */
export interface QueryStats {
  readonly timings: {
    readonly queryPreparationTime: number;
    readonly innerEvalTime: number;
    readonly resultSortTime: number;
    readonly execQueueTime: number;
    readonly execTotalTime: number;
  };
  readonly samples: { readonly totalQueryableSamples: number; readonly peakSamples: number };
  readonly tree: ExprNode;
}

export type MeasuredData = QueryData & { readonly stats: QueryStats };
