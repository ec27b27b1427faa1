import type { Labels } from '@tinyobs/model';
import type { ExprJson } from './exprJson.js';

export interface ScalarValue {
  readonly type: 'scalar';
  readonly timeMs: number;
  readonly value: number;
}

export interface StringValue {
  readonly type: 'string';
  readonly timeMs: number;
  readonly value: string;
}

/** One value per series, all at `timeMs`: series i has labels `labels[i]` and value `values[i]`. */
export interface VectorValue {
  readonly type: 'vector';
  readonly timeMs: number;
  readonly labels: readonly Labels[];
  readonly values: Float64Array;
}

/**
 * Points of some series. Those of series i, ascending in time, are at the places `starts[i]` up to but not
 * including `starts[i + 1]` of `times` (ms) and `values`; a series has at least one. Points where a series has
 * no value are left out.
 */
export interface MatrixValue {
  readonly type: 'matrix';
  readonly labels: readonly Labels[];
  readonly starts: Uint32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export type QueryValue = ScalarValue | StringValue | VectorValue | MatrixValue;

export interface QueryResult {
  /**
   * A range query gives a matrix, sorted by labels. An instant query gives what the expression is; the order
   * of a vector is that of `sort` and its kin, of `topk`, or else of the series in the store.
   */
  readonly value: QueryValue;
  /** Texts as Prometheus words them: results that are likely not what was wanted. */
  readonly warnings: readonly string[];
  /** Texts as Prometheus words them: things worth a look. */
  readonly infos: readonly string[];
  /** Samples read from the queryable. */
  readonly samples: number;
  /** Some of it is made of rollups. */
  readonly fromRollups: boolean;
  /** Where the option `stats` was set. */
  readonly stats: QueryStats | undefined;
}

/** What a query cost; times in ms. Source: https://prometheus.io/docs/prometheus/latest/querying/api/#expression-queries */
export interface QueryStats {
  /** Planning, and reading what several selectors share. */
  readonly preparationMs: number;
  readonly evaluationMs: number;
  /** Ordering the result and giving it its shape. */
  readonly sortMs: number;
  readonly totalMs: number;
  /** Samples looked at, counted at every step and in every window they are in. */
  readonly samples: number;
  /** The same by step, at the times `stepTimes`, ms. */
  readonly samplesPerStep: Float64Array;
  readonly stepTimes: Float64Array;
  /** Most points held at one moment. */
  readonly peakSamples: number;
  /** The expression as it was evaluated, with what was measured of its nodes. */
  readonly tree: ExprJson;
}

/** What a part of an expression cost. */
export interface NodeStats {
  /** What is below it included; undefined where it was evaluated along with what is above it, as it was read. */
  readonly evaluationMs: number | undefined;
  /** Of its value, or read where its value is given on as it is read. */
  readonly series: number | undefined;
  /** Of a selector: raw samples and buckets of rollups. */
  readonly samplesRead: number | undefined;
}
